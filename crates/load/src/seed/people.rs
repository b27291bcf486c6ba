//! The people of a seed: who they are and what they are called, one after the other, for ever.

use std::fmt::Write as _;

use anyhow::Context as _;
use gatefold_kernel::{AccountKind, DisplayName, EmailAddress, Login, Status};

use super::names::{Name, Order, SCRIPTS, Script};

/// Domains of addresses. All are reserved for examples, so that no mail can reach anybody.
const DOMAINS: [&str; 5] = [
    "mail.example",
    "example.org",
    "example.net",
    "post.bücher.example",
    "corp.example.com",
];

/// Somebody with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Somebody {
    /// Nine of ten are customers.
    pub(super) kind: AccountKind,
    /// What they type to say who they are; nobody else of this or another seed has it.
    pub(super) login: Login,
    /// Seven of ten have an address. For one of ten among those it is the login, too.
    pub(super) email: Option<EmailAddress>,
    /// How they are called.
    pub(super) name: DisplayName,
    /// Three of a hundred are invited, two are disabled.
    pub(super) status: Status,
}

/// The people of one seed. Who the hundredth is does not depend on how many are asked for.
#[derive(Debug)]
pub(super) struct People {
    seed: u64,
    number: u64,
    random: fastrand::Rng,
}

impl People {
    /// All of a seed, from the first.
    pub(super) fn of(seed: u64) -> Self {
        Self {
            seed,
            number: 0,
            random: fastrand::Rng::with_seed(seed),
        }
    }

    /// The next person.
    ///
    /// # Errors
    /// When a name of ours is not one that Gatefold accepts, which is a mistake in this module.
    pub(super) fn next_person(&mut self) -> anyhow::Result<Somebody> {
        self.number += 1;
        // Logins and addresses end with this, which makes them unique.
        let mark = format!("{}.{}", base36(self.seed), base36(self.number));
        let named = self.draw_name();
        let email = self.percent(70).then(|| {
            let domain = self.choose(&DOMAINS);
            format!("{}.{}-{mark}@{domain}", named.given.1, named.family.1)
        });
        let login = match &email {
            Some(email) if self.percent(10) => email.clone(),
            _ => self.draw_login(&named, &mark),
        };
        let name = self.draw_display_name(&named);
        let email = email.map(|text| EmailAddress::parse(&text).with_context(|| text.clone()));
        Ok(Somebody {
            kind: self.draw_kind(),
            login: Login::parse(&login).with_context(|| login.clone())?,
            email: email.transpose()?,
            name: DisplayName::parse(&name).with_context(|| name.clone())?,
            status: self.draw_status(),
        })
    }

    fn draw_kind(&mut self) -> AccountKind {
        if self.percent(10) {
            AccountKind::Agent
        } else {
            AccountKind::Customer
        }
    }

    fn draw_status(&mut self) -> Status {
        match self.random.u32(0..100) {
            0..3 => Status::Invited,
            3..5 => Status::Disabled,
            _ => Status::Active,
        }
    }

    fn draw_name(&mut self) -> Named {
        let mut place = self.random.u32(0..100);
        let script = SCRIPTS.iter().find(|script| {
            let found = place < script.share;
            place = place.saturating_sub(script.share);
            found
        });
        let script = script.unwrap_or(&SCRIPTS[0]);
        Named {
            script,
            given: self.choose(script.given),
            family: self.choose(script.family),
        }
    }

    /// Mostly short and plain; some written as the name is, a few as long as a login can be.
    fn draw_login(&mut self, named: &Named, mark: &str) -> String {
        let (given, family) = (named.given.1, named.family.1);
        match self.random.u32(0..1000) {
            0..5 => {
                let mut long = String::from(given);
                while long.len() < Login::MAX_CHARS {
                    let next = self.choose(named.script.family).1;
                    let _ = write!(long, ".{next}");
                }
                // The mark is plain ASCII, as typed names are.
                long.truncate(Login::MAX_CHARS - 1 - mark.len());
                format!("{long}-{mark}")
            }
            5..300 => format!("{given}-{mark}"),
            300..400 => format!("{}-{mark}", named.given.0),
            _ => format!("{given}.{family}-{mark}"),
        }
    }

    /// Given and family name; for a few all the names of a long line.
    fn draw_display_name(&mut self, named: &Named) -> String {
        let mut name = match named.script.order {
            Order::FamilyFirst => format!("{}{}", named.family.0, named.given.0),
            Order::GivenFirst => format!("{} {}", named.given.0, named.family.0),
        };
        if self.random.u32(0..500) == 0 {
            loop {
                let next = self.choose(named.script.family).0;
                if name.chars().count() + 1 + next.chars().count() > DisplayName::MAX_CHARS {
                    break;
                }
                let _ = write!(name, " {next}");
            }
        }
        name
    }

    fn percent(&mut self, share: u32) -> bool {
        self.random.u32(0..100) < share
    }

    fn choose<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.random.usize(0..among.len())]
    }
}

#[derive(Debug)]
struct Named {
    script: &'static Script,
    given: Name,
    family: Name,
}

fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(number % 36).unwrap_or_default();
        digits.push(char::from_digit(digit, 36).unwrap_or('0'));
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::PREFIX;
    use super::*;

    fn people(seed: u64, count: usize) -> Vec<Somebody> {
        let mut people = People::of(seed);
        (0..count).map(|_| people.next_person().unwrap()).collect()
    }

    #[test]
    fn a_seed_names_the_same_people_and_another_seed_others() {
        let some = people(7, 2_000);
        assert_eq!(some[..300], people(7, 300));
        let keys = |people: &[Somebody]| -> HashSet<String> {
            let logins = people.iter().map(|person| person.login.key().to_owned());
            let emails = people.iter().filter_map(|person| {
                let email = person.email.as_ref()?;
                (email.key() != person.login.key()).then(|| email.key().to_owned())
            });
            logins.chain(emails).collect()
        };
        let (ours, theirs) = (keys(&some), keys(&people(8, 2_000)));
        assert!(ours.is_disjoint(&theirs));
        let emails = some.iter().filter(|person| {
            let email = person.email.as_ref();
            email.is_some_and(|email| email.key() != person.login.key())
        });
        assert_eq!(ours.len(), 2_000 + emails.count(), "a name stands twice");
    }

    #[test]
    fn people_are_as_many_as_the_shares_say() {
        let all = people(1, 20_000);
        let share = |wanted: &dyn Fn(&Somebody) -> bool| {
            all.iter().filter(|person| wanted(person)).count() as f64 / 200.0
        };
        let cases: [(&str, f64, f64); 5] = [
            ("agents", 10.0, share(&|p| p.kind == AccountKind::Agent)),
            ("invited", 3.0, share(&|p| p.status == Status::Invited)),
            ("disabled", 2.0, share(&|p| p.status == Status::Disabled)),
            ("addresses", 70.0, share(&|p| p.email.is_some())),
            (
                "prefix",
                10.0,
                share(&|p| p.login.key().starts_with(PREFIX)),
            ),
        ];
        for (what, wanted, found) in cases {
            assert!(
                (found - wanted).abs() < 1.0 + wanted / 10.0,
                "{what}: {found} %"
            );
        }
    }

    #[test]
    fn names_go_up_to_the_limits() {
        let all = people(3, 5_000);
        let longest = |lengths: &dyn Fn(&Somebody) -> usize| all.iter().map(lengths).max();
        let login = longest(&|person| person.login.as_str().chars().count());
        assert_eq!(login, Some(Login::MAX_CHARS));
        let name = longest(&|person| person.name.as_str().chars().count());
        assert!(name > Some(DisplayName::MAX_CHARS - 20), "{name:?}");
        for letter in ["ő", "Щ", "Ψ", "ف", "כ", "王", "श", "ณ"] {
            let has = |person: &Somebody| person.name.as_str().contains(letter);
            assert!(all.iter().any(has), "{letter}");
        }
    }

    #[test]
    fn numbers_are_written_shortly() {
        let cases = [(0, "0"), (35, "z"), (36, "10"), (u64::MAX, "3w5e11264sgsf")];
        for (number, text) in cases {
            assert_eq!(base36(number), text);
        }
    }
}
