//! AFD
