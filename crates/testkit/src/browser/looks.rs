//! How a page is looked at: window size, colour scheme, direction, language.

use serde_json::json;

use super::Browser;

/// One way to look at a page.
#[derive(Debug, Clone, Copy)]
pub struct Looks {
    /// Width in CSS pixels.
    pub width: u32,
    /// Height in CSS pixels.
    pub height: u32,
    /// The person's preferred colours.
    pub scheme: Scheme,
    /// The direction forced upon the page that is open, if any.
    pub direction: Option<TextDirection>,
    /// Whether the person asked for less motion and more contrast.
    pub calm: bool,
}

/// The colours a person prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark text on a light ground.
    Light,
    /// Light text on a dark ground.
    Dark,
}

/// The direction of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextDirection {
    /// As in English.
    LeftToRight,
    /// As in Arabic.
    RightToLeft,
}

impl Looks {
    /// A desktop window.
    pub const DESKTOP: Self = Self {
        width: 1280,
        height: 900,
        scheme: Scheme::Light,
        direction: None,
        calm: false,
    };
    /// A small telephone.
    pub const PHONE: Self = Self {
        width: 360,
        height: 740,
        ..Self::DESKTOP
    };
    /// A desktop window of 320 CSS pixels, which is 400 % zoom: WCAG 1.4.10.
    pub const ZOOMED: Self = Self {
        width: 320,
        height: 256,
        ..Self::DESKTOP
    };

    /// The same in the dark.
    #[must_use]
    pub const fn dark(self) -> Self {
        Self {
            scheme: Scheme::Dark,
            ..self
        }
    }

    /// The same from right to left.
    #[must_use]
    pub const fn right_to_left(self) -> Self {
        Self {
            direction: Some(TextDirection::RightToLeft),
            ..self
        }
    }
}

impl Browser {
    /// Looks at the open page, and those opened later, in this way; a forced direction ends with the page.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn emulate(&self, looks: Looks) -> anyhow::Result<()> {
        let size = json!({ "width": looks.width, "height": looks.height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", size)
            .await?;
        let scheme = match looks.scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let (motion, contrast) = if looks.calm {
            ("reduce", "more")
        } else {
            ("", "")
        };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": motion },
            { "name": "prefers-contrast", "value": contrast },
        ]);
        self.devtools(
            "Emulation.setEmulatedMedia",
            json!({ "features": features }),
        )
        .await?;
        let direction = match looks.direction {
            None => return Ok(()),
            Some(TextDirection::LeftToRight) => "ltr",
            Some(TextDirection::RightToLeft) => "rtl",
        };
        self.evaluate(
            "document.documentElement.dir = args[0]",
            &[direction.into()],
        )
        .await
        .map(drop)
    }

    /// Asks for pages in this language from now on: `Accept-Language` and `navigator.language`.
    ///
    /// # Errors
    ///
    /// When the browser is gone.
    pub async fn set_language(&self, language: &str) -> anyhow::Result<()> {
        let agent = self.evaluate("return navigator.userAgent", &[]).await?;
        let parameters = json!({ "userAgent": agent, "acceptLanguage": language });
        self.devtools("Emulation.setUserAgentOverride", parameters)
            .await
            .map(drop)
    }
}
