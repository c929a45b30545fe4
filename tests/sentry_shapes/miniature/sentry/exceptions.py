class RestrictedIPAddress(Exception):
    pass
