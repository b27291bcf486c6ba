//! Every page, rendered; and the files around it.

use std::fs;
use std::path::{Path, PathBuf};

use gatefold_pages::accounts::{AccountDetail, AccountInvite, AccountList, LinkIssued};
use gatefold_pages::components::Components;
use gatefold_pages::enrol::{Enrol, Welcome};
use gatefold_pages::security::{Confirm, Security};
use gatefold_pages::sign_in::{SecondStep, SignIn, SignOut};
use gatefold_pages::{ErrorPage, Frame, Locale, Page, Pages, Portal};
use minijinja::Value;
use minijinja::value::Serde;

/// A page in one state, portal and language.
pub(crate) struct Sheet {
    pub(crate) name: String,
    pub(crate) locale: &'static str,
    pub(crate) html: String,
    /// The texts of its sample: what people entered, never ours.
    pub(crate) given: Vec<String>,
}

/// Renders everything.
pub(crate) fn all() -> Vec<Sheet> {
    let pages = Pages::new().expect("templates and locales parse");
    let mut sheets = Vec::new();
    add::<SignIn>(&pages, &mut sheets);
    add::<SecondStep>(&pages, &mut sheets);
    add::<SignOut>(&pages, &mut sheets);
    add::<Security>(&pages, &mut sheets);
    add::<Confirm>(&pages, &mut sheets);
    add::<Enrol>(&pages, &mut sheets);
    add::<Welcome>(&pages, &mut sheets);
    add::<ErrorPage>(&pages, &mut sheets);
    add::<AccountList>(&pages, &mut sheets);
    add::<AccountDetail>(&pages, &mut sheets);
    add::<AccountInvite>(&pages, &mut sheets);
    add::<LinkIssued>(&pages, &mut sheets);
    add::<Components>(&pages, &mut sheets);
    sheets
}

fn add<P: Page>(pages: &Pages, sheets: &mut Vec<Sheet>) {
    for portal in [Portal::Agent, Portal::Customer] {
        for locale in Locale::all() {
            for (state, sample) in P::samples() {
                let name = format!("{} {state} {portal:?} {}", P::TEMPLATE, locale.tag());
                let frame = Frame::sample(portal, locale.clone());
                let html = match pages.render(&frame, &sample) {
                    Ok(html) => html,
                    Err(error) => panic!("{name}: {error:?}"),
                };
                let mut given = Vec::new();
                collect(&Value::from(Serde(&sample)), &mut given);
                given.push(frame.brand.name.clone());
                given.extend(frame.account.map(|account| account.display_name));
                sheets.push(Sheet {
                    name,
                    locale: locale.tag(),
                    html: plain(&html),
                    given,
                });
            }
        }
    }
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    if let Some(text) = value.as_str() {
        texts.push(text.to_owned());
    } else if let Ok(entries) = value.try_iter() {
        for entry in entries {
            match value.get_item(&entry) {
                Ok(inner) if !inner.is_undefined() && !entry.is_number() => collect(&inner, texts),
                _ => collect(&entry, texts),
            }
        }
    }
}

/// Without the escapes of characters that cannot end a text.
fn plain(html: &str) -> String {
    html.replace("&#x2f;", "/")
        .replace("&#x27;", "'")
        .replace("&amp;", "&")
}

/// The tags of a page, each with its attributes, without comments.
pub(crate) fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<')
        .skip(1)
        .filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag))
}

/// The value of a tag's attribute.
pub(crate) fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

/// A folder of the repository.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name)
}

/// The files below a folder, with their content.
pub(crate) fn files(name: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder(name)];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("the folder exists") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push((
                    path.display().to_string(),
                    fs::read_to_string(&path).expect("text"),
                ));
            }
        }
    }
    found
}
