from enum import Enum


class SiloMode(Enum):
    MONOLITH = "MONOLITH"

    @classmethod
    def get_current_mode(cls) -> "SiloMode":
        return cls.MONOLITH
