//! The people of a run: invited by the administrator through the page, enrolled over HTTP.

use serde_json::json;

use super::profile::{Kind, Profile};
use super::visitor::{Networks, Role, Visitor};
use crate::browser::{Browser, Failed, Site};
use crate::exit::Exit;
use crate::person::{Person, Portal, invite};
use crate::progress::Progress;

/// Pages of the list of accounts that are followed to learn names and positions.
const PAGES_AHEAD: usize = 8;
/// Letters of a name that a search gives.
const LETTERS: usize = 3;
/// The list of accounts that administrators read.
const LIST: &str = "/admin/accounts/customers";

/// Who shall be there.
#[derive(Debug)]
pub(crate) struct Crowd<'r> {
    /// What they do.
    pub(crate) profile: Profile,
    /// How many clients.
    pub(crate) clients: usize,
    /// A word that no other run has: logins and authenticators follow from it.
    pub(crate) run: u32,
    /// Where progress is shown.
    pub(crate) progress: &'r Progress,
}

impl Crowd<'_> {
    /// Invites and enrols everybody. `admin` is an administrator whose proof is fresh.
    ///
    /// # Errors
    /// [`Exit::NoTarget`] when somebody cannot be enrolled.
    pub(crate) async fn enrol<'s>(
        &self,
        admin: &mut Browser<'_>,
        site: &'s Site,
    ) -> anyhow::Result<Vec<Visitor<'s>>> {
        let paths = match self.profile {
            Profile::Accounts => paths(admin).await.map_err(unprepared)?,
            _ => Vec::new(),
        };
        let mut visitors = Vec::new();
        for number in 0..self.clients {
            let mut browser = Browser::new(site, number, Networks::of(number).another());
            let mut roles = Vec::new();
            for (kind, _) in self.profile.mix() {
                self.progress.say(format!(
                    "enrolling person {} of {}",
                    number * self.profile.mix().len() + roles.len() + 1,
                    self.people(),
                ));
                let role = match kind {
                    Kind::Accounts => Ok(Role::Accounts {
                        session: session(admin, Portal::Agent).map_err(unprepared)?,
                        paths: paths.clone(),
                        // Not everybody reads the same page at the same time.
                        next: number,
                    }),
                    kind => self.role(*kind, number, admin, &mut browser).await,
                };
                roles.push(role.map_err(unprepared)?);
            }
            visitors.push(Visitor::new(number, browser, roles, self.profile.mix()));
        }
        Ok(visitors)
    }

    /// How many accounts this makes.
    pub(crate) fn people(&self) -> usize {
        let kinds = self.profile.mix().iter();
        self.clients * kinds.filter(|(kind, _)| *kind != Kind::Accounts).count()
    }

    async fn role(
        &self,
        kind: Kind,
        number: usize,
        admin: &mut Browser<'_>,
        browser: &mut Browser<'_>,
    ) -> Result<Role, Failed> {
        let (mut person, about) = self.person(kind, number)?;
        let code = invite(admin, &person.login).await?;
        browser.forget(Networks::of(number).another());
        match kind {
            Kind::Password => person.enrol_password(browser, &code).await?,
            Kind::SecondStep => {
                person.enrol_password(browser, &code).await?;
                person.add_passkey(browser, Portal::Customer).await?;
            }
            _ => person.enrol_passkey(browser, &code, &about).await?,
        }
        Ok(match kind {
            Kind::Password => Role::Password(person),
            Kind::SecondStep => Role::SecondStep(person),
            Kind::Page => Role::Page(session(browser, Portal::Customer)?),
            _ => Role::Passkey(person),
        })
    }

    /// Somebody who exists in no other run: keys and credential ids follow from the seed.
    fn person(&self, kind: Kind, number: usize) -> Result<(Person, serde_json::Value), Failed> {
        let word = kind.as_str().replace(' ', "-");
        let login = format!("load-{:08x}-{word}-{}", self.run, number + 1);
        let seed = seed(self.run, kind, number);
        let person =
            Person::new(login, seed).map_err(|_| Failed("authenticator-refused".into()))?;
        Ok((person, json!({})))
    }
}

/// A number for each authenticator: the run, the kind and the client next to each other.
pub(crate) fn seed(run: u32, kind: Kind, number: usize) -> u64 {
    let number = u64::try_from(number).unwrap_or_default() & 0xffff;
    u64::from(run) << 32 | (kind as u64) << 16 | number
}

/// The session of a browser that is signed in.
fn session(browser: &Browser<'_>, portal: Portal) -> Result<String, Failed> {
    let session = browser.cookie(portal.cookie()).map(str::to_owned);
    session.ok_or(Failed("no-session-cookie".into()))
}

/// Addresses that administrators read in turn: the first page, a search, and a page that follows.
async fn paths(admin: &mut Browser<'_>) -> Result<Vec<String>, Failed> {
    let mut paths = Vec::new();
    let mut position = None;
    for _ in 0..PAGES_AHEAD {
        let path = following(position.as_deref());
        let page = admin.get(&path).await?.ok()?;
        position = after(&page.text());
        let Some(position) = &position else { break };
        let name = position.split_once('.').map_or("", |(_, name)| name);
        let letters: String = name.chars().take(LETTERS).collect();
        let search = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("q", &letters)
            .finish();
        paths.extend([
            LIST.to_owned(),
            format!("{LIST}?{search}"),
            following(Some(position)),
        ]);
    }
    if paths.is_empty() {
        paths.push(LIST.to_owned());
    }
    Ok(paths)
}

fn following(position: Option<&str>) -> String {
    let Some(position) = position else {
        return LIST.to_owned();
    };
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("after", position)
        .finish();
    format!("{LIST}?{query}")
}

/// The position behind which the next page begins, out of the link to it: `id.name`.
fn after(page: &str) -> Option<String> {
    let (_, behind) = page.split_once("after=")?;
    let end = behind.find(['"', '&', '#', '\''])?;
    let query = format!("after={}", &behind[..end]);
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.next().map(|(_, position)| position.into_owned())
}

fn unprepared(failed: Failed) -> anyhow::Error {
    Exit::NoTarget.because(format!(
        "the people of this run could not be enrolled: {failed}"
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_next_page_is_found_in_a_page() {
        let page = r#"<a rel="next" href="&#x2f;admin&#x2f;accounts&#x2f;customers?after=51.b%2Bc%40x.example">"#;
        assert_eq!(after(page).as_deref(), Some("51.b+c@x.example"));
        assert_eq!(after("<a href=\"/\">"), None);
        let path = following(Some("51.b+c@x.example"));
        assert_eq!(path, format!("{LIST}?after=51.b%2Bc%40x.example"));
    }

    #[test]
    fn no_two_authenticators_share_a_seed() {
        let kinds = [Kind::Passkey, Kind::SecondStep, Kind::Page];
        let seeds: HashSet<u64> = [1, 2]
            .into_iter()
            .flat_map(|run| kinds.map(|kind| (run, kind)))
            .flat_map(|(run, kind)| (0..64).map(move |number| seed(run, kind, number)))
            .collect();
        assert_eq!(seeds.len(), 2 * 3 * 64);
    }
}
