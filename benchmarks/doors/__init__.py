"""What each part of a call costs in process: the core, each interceptor, Django's signals, each door, JSON."""
