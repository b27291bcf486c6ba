//! Every page in every state and language, as people and browsers get it.

mod contrast;
mod markup;
mod sheet;
mod words;
