//! What holds on every page: axe finds nothing, nothing scrolls sideways, the content security policy
//! is kept; with `GATEFOLD_SCREENSHOTS` set to a folder, also a picture of each.

use std::cell::RefCell;
use std::io::Write as _;
use std::path::Path;

use gatefold_testkit::browser::{Browser, Looks, axe_script, screenshots_folder};

use super::stage::Stage;
use super::tour::Tour;

/// What a sign-in page may weigh on a first visit (UI.md).
const MOST_BYTES: u64 = 50 * 1024;

/// Widths in CSS pixels at which nothing may be lost.
const WIDTHS: [u32; 3] = [1280, 360, 320];

/// How far the page scrolls down, if everything in it fits the window.
const DOWNWARDS: &str = "
    const { scrollHeight } = document.scrollingElement;
    return scrollHeight > innerHeight && scrollHeight < innerHeight + 8 ? scrollHeight - innerHeight : 0";

/// What sticks out of the window or of a part that scrolls, if anything scrolls sideways.
const SIDEWAYS: &str = "
    const all = [...document.querySelectorAll('*')];
    const scrolling = all.filter((each) => each.scrollWidth > each.clientWidth + 1
        && (each === document.scrollingElement || /auto|scroll/.test(getComputedStyle(each).overflowX)));
    return scrolling.map((part) => {
        const edges = part === document.scrollingElement
            ? { left: 0, right: innerWidth } : part.getBoundingClientRect();
        const out = [...part.querySelectorAll('*')].filter((each) => {
            const { left, right } = each.getBoundingClientRect();
            return right > edges.right + 1 || left < edges.left - 1;
        });
        return `${part.tagName}.${part.className} by ${part.scrollWidth - part.clientWidth} px: `
            + out.slice(0, 4).map((each) => `${each.tagName}.${each.className}`).join(', ');
    }).join('; ')";

/// Nothing is on its way in or out; what turns for ever does not count.
const AT_REST: &str = "document.getAnimations().every(
    (each) => each.effect.getComputedTiming().iterations === Infinity)";

#[tokio::test]
async fn every_page_in_every_state() -> anyhow::Result<()> {
    let test = "every_page_in_every_state";
    let Some((program, stage)) = Stage::start(test).await else {
        return Ok(());
    };
    let axe = axe_script();
    if let Err(missing) = &axe {
        // Past the harness, which would swallow it.
        writeln!(
            std::io::stderr(),
            "SKIPPED: {test}: accessibility: {missing}"
        )?;
    }
    let pictures = screenshots_folder();
    let tour = Tour::prepare(&program, &stage).await?;
    let found = RefCell::new(Vec::new());
    let inspection = Inspection {
        browser: &stage.browser,
        axe: axe.ok(),
        found: &found,
    };
    stage.browser.console().await?;

    tour.walk(async |name| {
        inspection.light_and_dark(name).await?;
        inspection.fits(&format!("en {name}")).await?;
        if let Some(folder) = &pictures {
            inspection.pictures(folder, name).await?;
        }
        inspection.back_to_desktop().await
    })
    .await?;
    for language in ["ar-XB", "en-XA"] {
        tour.speak(language).await?;
        tour.walk(async |name| {
            inspection.fits(&format!("{language} {name}")).await?;
            if let Some(folder) = &pictures {
                inspection
                    .picture(folder, &format!("{name}-{language}"), Looks::DESKTOP)
                    .await?;
                inspection
                    .picture(folder, &format!("{name}-{language}-phone"), Looks::PHONE)
                    .await?;
            }
            inspection.back_to_desktop().await
        })
        .await?;
    }
    drop(tour);
    program.stop();
    let found = found.into_inner();
    assert!(found.is_empty(), "{}", found.join("\n"));
    Ok(())
}

/// Looks at the page that is open, and notes what is wrong with it.
struct Inspection<'s> {
    browser: &'s Browser,
    axe: Option<String>,
    found: &'s RefCell<Vec<String>>,
}

impl Inspection<'_> {
    fn note(&self, what: String) {
        self.found.borrow_mut().push(what);
    }

    async fn light_and_dark(&self, name: &str) -> anyhow::Result<()> {
        let Some(axe) = &self.axe else {
            return Ok(());
        };
        self.browser.until(AT_REST).await?;
        let down = self.browser.peek(DOWNWARDS).await?;
        if down != 0 {
            self.note(format!("{name} scrolls down for nothing, by {down} px"));
        }
        for (scheme, looks) in [("light", Looks::DESKTOP), ("dark", Looks::DESKTOP.dark())] {
            self.browser.emulate(looks).await?;
            for violation in self.browser.run_axe(axe).await? {
                self.note(format!("{name}, {scheme}: {violation}"));
            }
        }
        Ok(())
    }

    /// Nothing scrolls sideways, and the console has nothing to say but the status of the page.
    async fn fits(&self, name: &str) -> anyhow::Result<()> {
        for width in WIDTHS {
            let looks = Looks {
                width,
                ..Looks::PHONE
            };
            self.browser.emulate(looks).await?;
            let out = self.browser.peek(SIDEWAYS).await?;
            if out != "" {
                self.note(format!("{name} scrolls sideways at {width} px: {out}"));
            }
        }
        for line in self.browser.console().await? {
            let odd = line.starts_with("SEVERE ") || line.starts_with("WARNING ");
            if odd && !line.contains("Failed to load resource") {
                self.note(format!("{name}: {line}"));
            }
        }
        Ok(())
    }

    async fn pictures(&self, folder: &Path, name: &str) -> anyhow::Result<()> {
        self.picture(folder, &format!("{name}-light"), Looks::DESKTOP)
            .await?;
        self.picture(folder, &format!("{name}-dark"), Looks::DESKTOP.dark())
            .await?;
        self.picture(folder, &format!("{name}-phone"), Looks::PHONE)
            .await
    }

    async fn picture(&self, folder: &Path, name: &str, looks: Looks) -> anyhow::Result<()> {
        self.browser.emulate(looks).await?;
        self.browser
            .screenshot_whole(&folder.join(format!("{name}.png")))
            .await
    }

    async fn back_to_desktop(&self) -> anyhow::Result<()> {
        self.browser.emulate(Looks::DESKTOP).await
    }
}

#[tokio::test]
async fn a_sign_in_page_is_light_on_a_first_visit() -> anyhow::Result<()> {
    let test = "a_sign_in_page_is_light_on_a_first_visit";
    let Some((program, stage)) = Stage::start(test).await else {
        return Ok(());
    };
    for door in ["/login", "/customer/login"] {
        stage.browser.clear_cache().await?;
        stage.open(door).await?;
        stage.browser.until("globalThis.asked === 1").await?;
        let weights = stage
            .browser
            .peek(
                "return ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))
                    .map(({ name, transferSize }) => [name, transferSize])",
            )
            .await?;
        let weights: Vec<(String, u64)> = serde_json::from_value(weights)?;
        let total: u64 = weights.iter().map(|(_, bytes)| bytes).sum();
        println!("{door}: {total} bytes in {} answers", weights.len());
        assert!(weights.len() > 5 && total > 10_000, "{weights:#?}");
        assert!(total <= MOST_BYTES, "{total} bytes: {weights:#?}");
    }
    stage.quiet(&[]).await?;
    program.stop();
    Ok(())
}
