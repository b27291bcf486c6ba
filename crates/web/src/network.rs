//! Which address a request came from, and whether it was meant for us.

use std::net::{IpAddr, SocketAddr};

use axum::http::header::{HOST, USER_AGENT};
use axum::http::{HeaderMap, Uri};
use gatefold_identity::Client;
use ipnet::IpNet;
use url::Url;

/// The address of the caller: the peer, or what trusted proxies say about it. The right-most
/// address that is not a trusted proxy counts; what stands before it anybody could have written.
pub(crate) fn client(peer: SocketAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Client {
    let user_agent = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    Client::new(address(peer.ip(), headers, trusted), user_agent)
}

fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| {
        trusted
            .iter()
            .any(|net| net.contains(&address.to_canonical()))
    };
    if !is_trusted(&peer) {
        return peer;
    }
    let lines = headers.get_all("x-forwarded-for");
    let mut hops: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .collect();
    let mut nearest = peer;
    while let Some(hop) = hops.pop() {
        let Ok(address) = hop.trim().parse::<IpAddr>() else {
            return nearest;
        };
        if !is_trusted(&address) {
            return address;
        }
        nearest = address;
    }
    nearest
}

/// What a request's host means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Addressed {
    /// It is ours.
    Ours,
    /// It is a loopback address of ours, where browsers refuse passkeys.
    LoopbackAddress,
    /// It is somebody else's, or none.
    Foreign,
}

/// Compares the request's host with the public address. Forwarded headers are not looked at.
pub(crate) fn addressed(uri: &Uri, headers: &HeaderMap, public: &Url) -> Addressed {
    let mut hosts = headers.get_all(HOST).iter();
    let header = match (hosts.next().map(|value| value.to_str()), hosts.next()) {
        (Some(Ok(host)), None) => host,
        (None, None) => match uri.authority() {
            Some(authority) => authority.as_str(),
            None => return Addressed::Foreign,
        },
        _ => return Addressed::Foreign,
    };
    let Some((host, port)) = split(header, public.scheme()) else {
        return Addressed::Foreign;
    };
    let same_port = Some(port) == public.port_or_known_default();
    let ours = public.host_str().unwrap_or_default();
    if same_port && host.eq_ignore_ascii_case(ours) {
        return Addressed::Ours;
    }
    let loopback = host
        .trim_matches(['[', ']'])
        .parse::<IpAddr>()
        .is_ok_and(|ip| ip.is_loopback());
    if same_port && loopback && ours == "localhost" {
        Addressed::LoopbackAddress
    } else {
        Addressed::Foreign
    }
}

/// Splits `host[:port]`; the scheme gives the default port.
fn split<'a>(header: &'a str, scheme: &str) -> Option<(&'a str, u16)> {
    let default = if scheme == "https" { 443 } else { 80 };
    let odd = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']'));
    if header.is_empty() || header.contains(odd) {
        return None;
    }
    if header.ends_with(']') {
        return Some((header, default));
    }
    match header.rsplit_once(':') {
        Some((host, port)) if !port.starts_with('+') => Some((host, port.parse().ok()?)),
        Some(_) => None,
        None => Some((header, default)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, value.parse().unwrap());
        }
        map
    }

    #[test]
    fn forwarded_addresses_count_only_from_trusted_proxies() {
        let proxies: Vec<IpNet> = ["10.0.0.0/8", "::1/128"]
            .iter()
            .map(|net| net.parse().unwrap())
            .collect();
        let cases: [(&str, &[&str], &str); 7] = [
            ("203.0.113.9", &["198.51.100.7"], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.7"], "198.51.100.7"),
            (
                "10.0.0.1",
                &["6.6.6.6, 198.51.100.7, 10.0.0.2"],
                "198.51.100.7",
            ),
            ("10.0.0.1", &["6.6.6.6", "198.51.100.7"], "198.51.100.7"),
            ("10.0.0.1", &["nonsense"], "10.0.0.1"),
            ("10.0.0.1", &["6.6.6.6, nonsense, 10.0.0.3"], "10.0.0.3"),
            ("10.0.0.1", &[], "10.0.0.1"),
        ];
        for (peer, lines, expected) in cases {
            let pairs: Vec<_> = lines
                .iter()
                .map(|line| ("x-forwarded-for", *line))
                .collect();
            let found = address(peer.parse().unwrap(), &headers(&pairs), &proxies);
            assert_eq!(found.to_string(), expected, "{peer} {lines:?}");
        }
    }

    #[test]
    fn only_the_public_host_is_ours() {
        let public = Url::parse("https://id.example.org").unwrap();
        let local = Url::parse("http://localhost:8080").unwrap();
        let at = |public: &Url, host: &str| {
            addressed(&Uri::from_static("/"), &headers(&[("host", host)]), public)
        };
        for ours in ["id.example.org", "ID.example.org", "id.example.org:443"] {
            assert_eq!(at(&public, ours), Addressed::Ours, "{ours}");
        }
        for foreign in [
            "example.org",
            "id.example.org:8443",
            "id.example.org.evil.example",
            "127.0.0.1",
            "id.example.org:+443",
            "",
            "a b",
        ] {
            assert_eq!(at(&public, foreign), Addressed::Foreign, "{foreign}");
        }
        assert_eq!(at(&local, "localhost:8080"), Addressed::Ours);
        for loopback in ["127.0.0.1:8080", "[::1]:8080", "127.8.8.8:8080"] {
            assert_eq!(
                at(&local, loopback),
                Addressed::LoopbackAddress,
                "{loopback}"
            );
        }
        assert_eq!(at(&local, "localhost"), Addressed::Foreign);
        let twice = headers(&[("host", "id.example.org"), ("host", "evil.example")]);
        assert_eq!(
            addressed(&Uri::from_static("/"), &twice, &public),
            Addressed::Foreign
        );
    }
}
