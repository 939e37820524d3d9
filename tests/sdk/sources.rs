//! Sources as people write them, compiled with both sets of headers.
