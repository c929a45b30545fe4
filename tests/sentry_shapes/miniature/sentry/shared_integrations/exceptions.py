class ApiError(Exception):
    json = None

    def __init__(self, text: str, code: int | None = None) -> None:
        super().__init__(text)
        self.text, self.code = text, code


class ApiHostError(ApiError):
    pass
