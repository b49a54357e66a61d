//! Addresses and networks.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::fmt;

/// A network in CIDR notation; an address alone is the network that holds just it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    prefix: u8,
}

impl Network {
    /// The network of a prefix length that holds an address; none when the prefix is too long.
    pub fn new(address: IpAddr, prefix: u8) -> Option<Self> {
        let base = match address {
            IpAddr::V4(v4) => {
                let host = u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
                (prefix <= 32).then(|| IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & !host)))
            }
            IpAddr::V6(v6) => {
                let host = u128::MAX.checked_shr(u32::from(prefix)).unwrap_or(0);
                (prefix <= 128).then(|| IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !host)))
            }
        }?;
        Some(Self { base, prefix })
    }

    /// Reads `203.0.113.7`, `203.0.113.0/24` or their IPv6 forms. Host bits are dropped.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once('/') {
            None => {
                let address = address(text)?;
                Self::new(address, if address.is_ipv4() { 32 } else { 128 })
            }
            Some((base, prefix)) if prefix.len() <= 3 && prefix.bytes().all(|byte| byte.is_ascii_digit()) => {
                let (base, prefix) = (base.parse::<IpAddr>().ok()?, prefix.parse::<u8>().ok()?);
                match base.to_canonical() {
                    // An IPv4 network written inside IPv6 counts as IPv4, as its addresses do.
                    v4 @ IpAddr::V4(_) if base.is_ipv6() && prefix >= 96 => Self::new(v4, prefix - 96),
                    _ => Self::new(base, prefix),
                }
            }
            Some(_) => None,
        }
    }

    /// True when the network holds the address.
    pub fn contains(&self, address: IpAddr) -> bool {
        Self::new(address, self.prefix).is_some_and(|network| network.base == self.base)
    }
}

/// Reads an address as the source writes it; an IPv4 address inside IPv6 counts as IPv4.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    text.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.base.fmt(f)?;
        let full = if self.base.is_ipv4() { 32 } else { 128 };
        if self.prefix == full { Ok(()) } else { write!(f, "/{}", self.prefix) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_holds_its_addresses() {
        for (network, inside, outside) in [
            ("203.0.113.0/24", "203.0.113.7", "203.0.114.7"),
            ("203.0.113.9/24", "::ffff:203.0.113.7", "2001:db8::1"),
            ("203.0.113.7", "203.0.113.7", "203.0.113.8"),
            ("::ffff:203.0.113.0/120", "203.0.113.7", "203.0.114.7"),
            ("0.0.0.0/0", "8.8.8.8", "::1"),
            ("2001:db8::/32", "2001:db8::1", "2001:db9::1"),
            ("::/0", "::1", "8.8.8.8"),
        ] {
            let network = Network::parse(network).unwrap();
            assert!(network.contains(address(inside).unwrap()), "{network} {inside}");
            assert!(!network.contains(address(outside).unwrap()), "{network} {outside}");
            assert_eq!(Network::parse(&network.to_string()), Some(network));
        }
        for bad in ["", "1.2.3", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/+8", "::/129", "host"] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }
}
