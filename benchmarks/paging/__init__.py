"""What a page of a list costs at the start and a million rows in."""
