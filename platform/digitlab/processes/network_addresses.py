"""The addresses at which other machines reach this one."""

import ipaddress

import ifaddr


def network_addresses() -> list[str]:
    """This machine's addresses that are not loopback or link-local: IPv4 first, private ones before public ones."""
    found = []
    for adapter in ifaddr.get_adapters():
        for entry in adapter.ips:
            address = ipaddress.ip_address(entry.ip if isinstance(entry.ip, str) else entry.ip[0])
            if not (address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified):
                found.append(address)
    return [str(one) for one in sorted(dict.fromkeys(found), key=lambda one: (one.version, not one.is_private))]


def in_url(address: str) -> str:
    """An address as the host of a URL: IPv6 in brackets."""
    return f"[{address}]" if ":" in address else address
