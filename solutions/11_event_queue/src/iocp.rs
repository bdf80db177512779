//! Windows
