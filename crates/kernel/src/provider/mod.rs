//! Identity providers: descriptors and their catalogue.
