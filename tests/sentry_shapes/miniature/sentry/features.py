def has(name: str, *args: object, **kwargs: object) -> bool:
    return True
