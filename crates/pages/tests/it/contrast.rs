//! The tokens' contrast: OKLCH to linear sRGB to WCAG's ratio, in light and dark, at both doors.

use std::collections::HashMap;

use crate::sheet::files;

const TEXT: f64 = 4.5;
const CONTROL: f64 = 3.0;

/// Foreground, background, and the least contrast between them.
const PAIRS: &[(&str, &[&str], f64)] = &[
    (
        "ink",
        &[
            "paper",
            "surface",
            "sunken",
            "accent-wash",
            "accent-deep",
            "good-wash",
            "warn-wash",
            "bad-wash",
        ],
        TEXT,
    ),
    (
        "ink-soft",
        &["paper", "surface", "sunken", "accent-wash", "accent-deep"],
        TEXT,
    ),
    ("ink-faint", &["paper", "surface", "sunken"], TEXT),
    (
        "accent",
        &["paper", "surface", "sunken", "accent-wash", "accent-deep"],
        TEXT,
    ),
    ("accent-ink", &["accent"], TEXT),
    ("good", &["surface", "good-wash"], TEXT),
    ("warn", &["surface", "warn-wash"], TEXT),
    ("bad", &["surface", "bad-wash"], TEXT),
    (
        "edge",
        &["paper", "surface", "sunken", "accent-wash"],
        CONTROL,
    ),
    (
        "focus",
        &["paper", "surface", "sunken", "accent-wash", "accent-deep"],
        CONTROL,
    ),
];

type Colour = (f64, f64, f64);

#[test]
fn tokens_can_be_read() {
    let (_, css) = files("assets/css")
        .into_iter()
        .find(|(path, _)| path.ends_with("gatefold.css"))
        .expect("the style sheet");
    let mut worst = Vec::new();
    for (door, hue) in [
        ("agent", hue(&css, ":root, [data-portal]")),
        ("customer", hue(&css, "[data-portal=\"customer\"]")),
    ] {
        for (scheme, side) in [("light", 0), ("dark", 1)] {
            let tokens = tokens(&css, hue, side);
            for (front, backs, least) in PAIRS {
                for back in *backs {
                    let ratio = ratio(luminance(tokens[*front]), luminance(tokens[*back]));
                    if ratio < *least {
                        worst.push(format!(
                            "{door} {scheme}: {front} on {back} is {ratio:.2}, not {least}"
                        ));
                    }
                }
            }
        }
    }
    assert!(worst.is_empty(), "{worst:#?}");
}

#[test]
fn the_ratio_is_the_usual_one() {
    let grey = |lightness| luminance((lightness, 0.0, 0.0));
    assert!((ratio(grey(1.0), grey(0.0)) - 21.0).abs() < 0.01);
}

/// The hue of a door.
fn hue(css: &str, selector: &str) -> f64 {
    let rest = css
        .split(selector)
        .find(|rest| rest.trim_start().starts_with("{") && rest.contains("--hue:"))
        .expect("the door");
    let value = rest
        .split("--hue:")
        .nth(1)
        .and_then(|rest| rest.split(';').next())
        .expect("a hue");
    value.trim().parse().expect("a number")
}

/// The colours of one scheme: the first or the second of `light-dark`.
fn tokens(css: &str, hue: f64, side: usize) -> HashMap<String, Colour> {
    let lines = css
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("--") && line.contains("light-dark("));
    lines
        .map(|line| {
            let (name, value) = line.split_once(':').expect("a value");
            let inner = value.replace("var(--hue)", &hue.to_string());
            let text = inner
                .split("oklch(")
                .nth(side + 1)
                .and_then(|rest| rest.split(')').next())
                .expect("a colour");
            let part = |index: usize| {
                text.split_whitespace()
                    .nth(index)
                    .unwrap_or("0")
                    .trim_end_matches('%')
            };
            let number = |index| part(index).parse::<f64>().expect("a number");
            (
                name.trim_start_matches("--").to_owned(),
                (number(0) / 100.0, number(1), number(2)),
            )
        })
        .collect()
}

/// The relative luminance of an OKLCH colour, clipped to sRGB.
fn luminance((lightness, chroma, hue): Colour) -> f64 {
    let (a, b) = (
        chroma * hue.to_radians().cos(),
        chroma * hue.to_radians().sin(),
    );
    let long = (0.215_803_757_3_f64.mul_add(b, 0.396_337_777_4_f64.mul_add(a, lightness))).powi(3);
    let medium =
        ((-0.063_854_172_8_f64).mul_add(b, (-0.105_561_345_8_f64).mul_add(a, lightness))).powi(3);
    let short =
        ((-1.291_485_548_0_f64).mul_add(b, (-0.089_484_177_5_f64).mul_add(a, lightness))).powi(3);
    let red = 4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short;
    let green = -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short;
    let blue = -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701_0 * short;
    0.2126 * red.clamp(0.0, 1.0) + 0.7152 * green.clamp(0.0, 1.0) + 0.0722 * blue.clamp(0.0, 1.0)
}

fn ratio(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}
