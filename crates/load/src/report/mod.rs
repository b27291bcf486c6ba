//! To be written: `table(&Summary) -> String` and `html(&Summary) -> String`.
