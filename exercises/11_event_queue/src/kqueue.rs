//! macOS
