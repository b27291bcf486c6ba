//! What a strict content policy, forms and readers need.

use std::collections::{BTreeSet, HashSet};
use std::fs;

use gatefold_pages::assets;

use crate::sheet::{Sheet, all, attribute, folder, tags};

/// A sign-in page on a cold cache.
const BUDGET: usize = 50 * 1024;

#[test]
fn nothing_is_inline() {
    for Sheet { name, html, .. } in all() {
        for tag in tags(&html) {
            assert!(attribute(tag, "style").is_none(), "{name}: <{tag}>");
            let handler = tag
                .split(' ')
                .any(|part| part.starts_with("on") && part.contains("=\""));
            assert!(!handler, "{name}: <{tag}>");
            assert!(
                tag != "style" && !tag.starts_with("style "),
                "{name}: a style element"
            );
            assert!(!tag.contains("=\"javascript:"), "{name}: <{tag}>");
        }
        for script in html.split("<script").skip(1) {
            let (tag, rest) = script.split_once('>').expect("a tag ends");
            assert!(
                tag.contains(" src=\"/assets/") && rest.starts_with("</script>"),
                "{name}: <script{tag}>"
            );
        }
    }
}

#[test]
fn every_form_that_changes_something_carries_the_token() {
    for Sheet { name, html, .. } in all() {
        for form in html.split("<form ").skip(1) {
            let (form, _) = form.split_once("</form>").expect("a form ends");
            if form.contains("method=\"post\"") {
                assert!(
                    form.contains("name=\"_csrf\" value=\"sample-form-token\""),
                    "{name}: {form}"
                );
            } else {
                assert!(
                    form.contains("method=\"get\"") && !form.contains("_csrf"),
                    "{name}: {form}"
                );
            }
        }
    }
}

#[test]
fn a_page_has_one_heading_one_main_and_sound_references() {
    for Sheet { name, html, .. } in all() {
        let count = |start: &str| {
            tags(&html)
                .filter(|tag| *tag == start || tag.starts_with(&format!("{start} ")))
                .count()
        };
        assert_eq!(
            (count("h1"), count("main"), count("title")),
            (1, 1, 1),
            "{name}"
        );
        assert!(html.contains("class=\"skip\" href=\"#main\""), "{name}");
        assert!(
            html.contains("id=\"alert\"") && html.contains("id=\"quiet\""),
            "{name}"
        );

        let ids: Vec<_> = tags(&html).filter_map(|tag| attribute(tag, "id")).collect();
        let known: HashSet<_> = ids.iter().copied().collect();
        assert_eq!(
            ids.len(),
            known.len(),
            "{name}: an id is used twice: {ids:?}"
        );
        for tag in tags(&html) {
            for reference in ["for", "aria-describedby", "aria-labelledby"] {
                for id in attribute(tag, reference)
                    .unwrap_or_default()
                    .split(' ')
                    .filter(|id| !id.is_empty())
                {
                    assert!(known.contains(id), "{name}: {reference}={id}");
                }
            }
            for reference in ["data-copy", "data-toggle-password"] {
                let id = attribute(tag, reference).and_then(|id| id.strip_prefix('#'));
                assert!(id.is_none_or(|id| known.contains(id)), "{name}: <{tag}>");
            }
        }
    }
}

#[test]
fn everything_typed_has_a_label() {
    for Sheet { name, html, .. } in all() {
        let labelled: HashSet<_> = tags(&html)
            .filter(|tag| tag.starts_with("label "))
            .filter_map(|tag| attribute(tag, "for"))
            .collect();
        for tag in tags(&html).filter(|tag| {
            ["input ", "select ", "textarea "]
                .iter()
                .any(|start| tag.starts_with(start))
        }) {
            let unseen = attribute(tag, "type") == Some("hidden") || tag.ends_with(" hidden");
            let id = attribute(tag, "id").unwrap_or_default();
            assert!(unseen || labelled.contains(id), "{name}: <{tag}>");
        }
    }
}

#[test]
fn assets_that_pages_name_exist() {
    let prefix = format!("/assets/{}/", assets::hash());
    let mut missing = BTreeSet::new();
    for Sheet { html, .. } in all() {
        let addresses =
            tags(&html).filter_map(|tag| attribute(tag, "href").or_else(|| attribute(tag, "src")));
        let named = addresses.filter_map(|address| address.strip_prefix(&prefix));
        missing.extend(
            named
                .filter(|path| assets::asset(path).is_none())
                .map(str::to_owned),
        );
    }
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_sign_in_page_is_light() {
    let sheets = all();
    let heaviest = sheets
        .iter()
        .filter(|sheet| sheet.name.starts_with("pages/sign-in") && sheet.locale == "en");
    let sheet = heaviest
        .max_by_key(|sheet| sheet.html.len())
        .expect("a sign-in page");
    let prefix = format!("/assets/{}/", assets::hash());
    let mut wanted: Vec<String> = tags(&sheet.html)
        .filter_map(|tag| attribute(tag, "href").or_else(|| attribute(tag, "src")))
        .filter_map(|address| address.strip_prefix(&prefix).map(str::to_owned))
        .collect();
    let mut loaded = BTreeSet::new();
    let mut weight = sheet.html.len();
    while let Some(path) = wanted.pop() {
        if !loaded.insert(path.clone()) {
            continue;
        }
        let text = fs::read_to_string(folder("assets").join(&path)).expect("the asset exists");
        weight += text.len();
        let imports = text
            .lines()
            .filter(|line| line.starts_with("import "))
            .filter_map(|line| line.split("'./").nth(1));
        wanted.extend(
            imports
                .filter_map(|rest| rest.split_once('\''))
                .map(|(file, _)| format!("js/{file}")),
        );
    }
    assert!(weight <= BUDGET, "{weight} bytes: {loaded:?}");
}
