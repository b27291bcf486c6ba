//! One client of Gatefold: people who share a connection and a place in the loop, one acting at a time.

use std::net::Ipv4Addr;

use super::drive::Client;
use super::profile::Kind;
use super::recorder::{Done, Parts};
use crate::browser::{Browser, Failed};
use crate::person::{Person, Portal, SignedIn};
use crate::weights::choose;

/// A client.
#[derive(Debug)]
pub(crate) struct Visitor<'s> {
    browser: Browser<'s>,
    roles: Vec<Role>,
    mix: &'static [(Kind, u32)],
    chance: fastrand::Rng,
    networks: Networks,
}

/// Somebody who does one kind of unit.
#[derive(Debug)]
pub(crate) enum Role {
    /// Signs in with a passkey.
    Passkey(Person),
    /// Signs in with a password.
    Password(Person),
    /// Signs in with both.
    SecondStep(Person),
    /// Reads the security page with this session, whose account signs in nowhere else.
    Page(String),
    /// Reads these addresses one after the other, with this session of an administrator.
    Accounts {
        /// The session.
        session: String,
        /// The addresses.
        paths: Vec<String>,
        /// The one that comes next.
        next: usize,
    },
}

/// Networks that a client appears from, one after the other. Each is a `/24` of its own.
#[derive(Clone, Debug)]
pub(crate) struct Networks {
    client: u8,
    used: u16,
}

impl Networks {
    /// Those of the client of this number.
    pub(crate) fn of(client: usize) -> Self {
        Self {
            client: u8::try_from(client % 250).unwrap_or_default() + 1,
            // Clients begin at different places, so that no two share a network at the same time.
            used: u16::try_from(client % 64).unwrap_or_default() * 1_024,
        }
    }

    /// The next one, as an address in it. They repeat after 65,536.
    pub(crate) fn another(&mut self) -> Ipv4Addr {
        self.used = self.used.wrapping_add(1);
        let [high, low] = self.used.to_be_bytes();
        Ipv4Addr::new(10, high, low, self.client)
    }
}

impl Role {
    fn kind(&self) -> Kind {
        match self {
            Self::Passkey(_) => Kind::Passkey,
            Self::Password(_) => Kind::Password,
            Self::SecondStep(_) => Kind::SecondStep,
            Self::Page(_) => Kind::Page,
            Self::Accounts { .. } => Kind::Accounts,
        }
    }
}

impl<'s> Visitor<'s> {
    /// The client of this number, with these people, one for each kind of the mix.
    pub(crate) fn new(
        number: usize,
        browser: Browser<'s>,
        roles: Vec<Role>,
        mix: &'static [(Kind, u32)],
    ) -> Self {
        Self {
            browser: browser.wandering(),
            roles,
            mix,
            chance: fastrand::Rng::with_seed(u64::try_from(number).unwrap_or_default()),
            networks: Networks::of(number),
        }
    }

    /// Does one unit of this kind.
    ///
    /// # Errors
    /// When it fails, or nobody here does units of this kind.
    pub(crate) async fn act(&mut self, kind: Kind) -> Result<Done, Failed> {
        self.browser.forget(self.networks.another());
        let browser = &mut self.browser;
        let role = self.roles.iter_mut().find(|role| role.kind() == kind);
        let role = role.ok_or(Failed("nobody-does-this".into()))?;
        match role {
            Role::Passkey(person) => {
                let signed_in = person.sign_in(browser, Portal::Customer).await?;
                Ok(halves("begin", signed_in, "finish"))
            }
            Role::Password(person) => {
                let signed_in = person.password_sign_in(browser, Portal::Customer).await?;
                let signed_in = signed_in.ok_or(Failed("second-step-asked".into()))?;
                Ok(Done {
                    parts: Parts::Whole,
                    session: Some(signed_in.session),
                })
            }
            Role::SecondStep(person) => {
                let signed_in = person.second_step_sign_in(browser, Portal::Customer);
                Ok(halves("password", signed_in.await?, "second step"))
            }
            Role::Page(session) => {
                browser.keep(Portal::Customer.cookie(), session);
                browser.get(Portal::Customer.page()).await?.ok()?;
                Ok(read())
            }
            Role::Accounts {
                session,
                paths,
                next,
            } => {
                browser.keep(Portal::Agent.cookie(), session);
                let path = &paths[*next % paths.len()];
                *next += 1;
                browser.get(path).await?.ok()?;
                Ok(read())
            }
        }
    }
}

impl Client for Visitor<'_> {
    async fn attempt(&mut self) -> Result<Done, Failed> {
        let kind = choose(self.mix, &mut self.chance);
        let mut done = self.act(kind).await?;
        if self.mix.len() > 1 {
            done.parts = Parts::Kind(kind.as_str());
        }
        Ok(done)
    }
}

fn halves(first: &'static str, signed_in: SignedIn, second: &'static str) -> Done {
    Done {
        parts: Parts::Halves(first, signed_in.between, second),
        session: Some(signed_in.session),
    }
}

fn read() -> Done {
    Done {
        parts: Parts::Whole,
        session: None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_sign_in_comes_from_another_network() {
        let mut networks = Networks::of(63);
        let seen: HashSet<[u8; 3]> = (0..10_000)
            .map(|_| {
                let [a, b, c, _] = networks.another().octets();
                [a, b, c]
            })
            .collect();
        assert_eq!(seen.len(), 10_000);
        assert!(seen.iter().all(|network| network[0] == 10));
    }

    #[test]
    fn clients_do_not_move_through_the_same_networks_together() {
        let firsts: HashSet<[u8; 3]> = (0..64)
            .map(|client| {
                let [a, b, c, _] = Networks::of(client).another().octets();
                [a, b, c]
            })
            .collect();
        assert_eq!(firsts.len(), 64);
    }
}
