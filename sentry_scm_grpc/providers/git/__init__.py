"""The provider "git": repositories on the local disk."""
