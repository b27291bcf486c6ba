//! Who asks, as far as the network shows it.

use std::net::IpAddr;

/// The longest user agent we keep, in characters.
const USER_AGENT_CHARS: usize = 255;

/// The caller's network and browser: for limits, audit and the person's own list of sessions.
/// Never a condition for a session, because people move between networks.
#[derive(Clone, Debug)]
pub struct Client {
    network: String,
    user_agent: String,
}

impl Client {
    /// From the address the request came from (after trusted proxies) and its `User-Agent`.
    #[must_use]
    pub fn new(address: IpAddr, user_agent: &str) -> Self {
        Self {
            network: network_of(address),
            user_agent: user_agent.chars().take(USER_AGENT_CHARS).collect(),
        }
    }

    /// A caller at the command line.
    #[must_use]
    pub fn operator() -> Self {
        Self {
            network: String::from("local"),
            user_agent: String::from("gatefold command line"),
        }
    }

    /// The network, as `192.0.2.0/24` or `2001:db8:0:100::/56`.
    #[must_use]
    pub fn network(&self) -> &str {
        &self.network
    }

    /// The browser as it named itself, cut to 255 characters.
    #[must_use]
    pub fn user_agent(&self) -> &str {
        &self.user_agent
    }
}

/// The /24 or /56 an address is in: one customer's line, not one address of it.
fn network_of(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let masked = u128::from(v6) & (u128::MAX << 72);
            format!("{}/56", std::net::Ipv6Addr::from(masked))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_line_share_a_network() {
        let cases = [
            ("192.0.2.17", "192.0.2.0/24"),
            ("::ffff:192.0.2.17", "192.0.2.0/24"),
            ("2001:db8:1:22ff:1::9", "2001:db8:1:2200::/56"),
            ("::1", "::/56"),
        ];
        for (address, network) in cases {
            assert_eq!(Client::new(address.parse().unwrap(), "").network(), network);
        }
    }
}
