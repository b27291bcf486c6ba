//! What templates can call: `t`, `message`, `asset`, `time`.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, Error, ErrorKind};

use crate::assets;
use crate::engine::PagesError;
use crate::message::Arg;
use crate::texts::Texts;

/// Adds the functions, bound to one language.
pub(crate) fn register(environment: &mut Environment<'static>, texts: &Arc<Texts>) {
    let own = Arc::clone(texts);
    environment.add_function("t", move |key: String, kwargs: Kwargs| {
        let mut args = BTreeMap::new();
        for name in kwargs.args() {
            args.insert(name.to_owned(), arg(&kwargs.get::<Value>(name)?)?);
        }
        own.text(&key, &args).map_err(wrong)
    });
    let own = Arc::clone(texts);
    environment.add_function("message", move |message: Value| message_text(&own, &message));
    let own = Arc::clone(texts);
    environment.add_function("time", move |millis: i64| time_element(&own, millis));
    let own = Arc::clone(texts);
    environment.add_function("until", move |millis: i64| moment(&own, millis).map(|(_, text)| text));
    environment.add_function("asset", |path: String| {
        assets::url(&path)
            .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, format!("no asset {path}")))
    });
}

/// The text of a [`crate::Message`].
fn message_text(texts: &Texts, message: &Value) -> Result<String, Error> {
    let key = message.get_attr("key")?;
    let values = message.get_attr("args")?;
    let mut args = BTreeMap::new();
    for name in values.try_iter()? {
        args.insert(name.to_string(), arg(&values.get_item(&name)?)?);
    }
    texts.text(&key.to_string(), &args).map_err(wrong)
}

/// `<time>` with the absolute time in UTC; a script makes it relative.
fn time_element(texts: &Texts, millis: i64) -> Result<Value, Error> {
    let (machine, text) = moment(texts, millis)?;
    // Both parts come from the calendar and from our own texts, never from people.
    Ok(Value::from_safe_string(format!(
        "<time datetime=\"{machine}\">{text}</time>"
    )))
}

/// A point in time for machines and for people.
fn moment(texts: &Texts, millis: i64) -> Result<(Timestamp, String), Error> {
    let timestamp = Timestamp::from_millisecond(millis)
        .map_err(|cause| Error::new(ErrorKind::InvalidOperation, "not a time").with_source(cause))?;
    let time = timestamp.to_zoned(TimeZone::UTC);
    let month_key = format!("time-month-{}", time.month());
    let month = texts.text(&month_key, &BTreeMap::new()).map_err(wrong)?;
    let args = BTreeMap::from([
        ("day".to_owned(), Arg::Number(time.day().into())),
        ("month".to_owned(), Arg::Text(month)),
        ("year".to_owned(), Arg::Text(time.year().to_string())),
        (
            "clock".to_owned(),
            Arg::Text(format!("{:02}:{:02}", time.hour(), time.minute())),
        ),
    ]);
    let text = texts.text("time-absolute", &args).map_err(wrong)?;
    Ok((timestamp, text))
}

fn arg(value: &Value) -> Result<Arg, Error> {
    if let Some(number) = value.as_i64() {
        return Ok(Arg::Number(number));
    }
    match value.as_str() {
        Some(text) => Ok(Arg::Text(text.to_owned())),
        None => Err(Error::new(
            ErrorKind::InvalidOperation,
            "a text takes words and whole numbers",
        )),
    }
}

fn wrong(cause: PagesError) -> Error {
    Error::new(ErrorKind::InvalidOperation, cause.to_string()).with_source(cause)
}
