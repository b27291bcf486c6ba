//! The HTTP edge and the pages
