"""Client code in other languages, generated from the contract."""
