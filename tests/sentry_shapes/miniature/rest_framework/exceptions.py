class AuthenticationFailed(Exception):
    pass
