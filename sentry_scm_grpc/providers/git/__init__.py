"""The provider "git": repositories on local disk, answered from the repositories themselves."""
