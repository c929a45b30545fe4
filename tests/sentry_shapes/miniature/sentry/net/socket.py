import ipaddress

from django.conf import settings


def is_ipaddress_allowed(ip: str) -> bool:
    """By SENTRY_DISALLOWED_IPS, and before it by SENTRY_ALLOWED_IPS."""
    address = ipaddress.ip_address(ip)
    if any(address in ipaddress.ip_network(network) for network in getattr(settings, "SENTRY_ALLOWED_IPS", ())):
        return True
    return not any(address in ipaddress.ip_network(network) for network in settings.SENTRY_DISALLOWED_IPS)
