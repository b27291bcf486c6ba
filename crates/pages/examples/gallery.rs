//! Writes every sample of every page as a static file, to look at.
//!
//! `cargo run -p gatefold-pages --example gallery -- FOLDER`

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use gatefold_pages::accounts::{AccountDetail, AccountInvite, AccountList, LinkIssued};
use gatefold_pages::components::Components;
use gatefold_pages::enrol::{Enrol, Welcome};
use gatefold_pages::security::{Confirm, Security};
use gatefold_pages::sign_in::{SecondStep, SignIn, SignOut};
use gatefold_pages::{ErrorPage, Frame, Locale, Page, Pages, Portal, assets};

const BOTH: &[Portal] = &[Portal::Agent, Portal::Customer];
const AGENT: &[Portal] = &[Portal::Agent];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args()
        .nth(1)
        .ok_or("the folder to write to is missing")?;
    let mut gallery = Gallery {
        pages: Pages::new()?,
        folder: Path::new(&folder),
        index: String::new(),
        broken: String::new(),
    };
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets"),
        &gallery.folder.join("assets"),
    )?;
    gallery.write::<SignIn>(BOTH)?;
    gallery.write::<SecondStep>(BOTH)?;
    gallery.write::<SignOut>(BOTH)?;
    gallery.write::<Security>(BOTH)?;
    gallery.write::<Confirm>(BOTH)?;
    gallery.write::<Enrol>(BOTH)?;
    gallery.write::<Welcome>(AGENT)?;
    gallery.write::<ErrorPage>(BOTH)?;
    gallery.write::<AccountList>(AGENT)?;
    gallery.write::<AccountDetail>(AGENT)?;
    gallery.write::<AccountInvite>(AGENT)?;
    gallery.write::<LinkIssued>(AGENT)?;
    gallery.write::<Components>(BOTH)?;
    let index = format!(
        "<!doctype html><meta charset=\"utf-8\"><title>Gallery</title><ul>{}</ul>",
        gallery.index
    );
    fs::write(gallery.folder.join("index.html"), index)?;
    if gallery.broken.is_empty() {
        Ok(())
    } else {
        Err(gallery.broken.into())
    }
}

struct Gallery<'a> {
    pages: Pages,
    folder: &'a Path,
    index: String,
    broken: String,
}

/// Copies the static files beside the pages.
fn copy(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

impl Gallery<'_> {
    /// Writes every sample of a page, in every portal and language.
    fn write<P: Page>(&mut self, portals: &[Portal]) -> Result<(), Box<dyn Error>> {
        let page = P::TEMPLATE
            .trim_start_matches("pages/")
            .trim_end_matches(".html")
            .replace('/', "-");
        for (portal, locale) in portals
            .iter()
            .flat_map(|portal| Locale::all().into_iter().map(|locale| (*portal, locale)))
        {
            for (name, sample) in P::samples() {
                let door = if portal == Portal::Agent {
                    "agent"
                } else {
                    "customer"
                };
                let file = format!("{page}.{name}.{door}.{}.html", locale.tag());
                let html = match self
                    .pages
                    .render(&Frame::sample(portal, locale.clone()), &sample)
                {
                    Ok(html) => html,
                    Err(error) => {
                        writeln!(self.broken, "{file}: {error}: {:?}", error.source())?;
                        continue;
                    }
                };
                // Templates escape the slash in attributes.
                let html = html
                    .replace("&#x2f;", "/")
                    .replace(&format!("/assets/{}/", assets::hash()), "assets/");
                fs::write(self.folder.join(&file), html)?;
                writeln!(self.index, "<li><a href=\"{file}\">{file}</a></li>")?;
            }
        }
        Ok(())
    }
}
