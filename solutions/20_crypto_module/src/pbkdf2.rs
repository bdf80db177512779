//! One computation in three places: where the loop stands and waits, in slices between other callbacks, on the pool.

use runtime::{Result, set_immediate, work};

use crate::Derivation;

/// Derives a key and returns it. Blocks the thread that calls it, and so, in a callback, the loop. Node's `pbkdf2Sync`
/// with `sha256`.
///
/// # Errors
///
/// See [`Derivation::new`].
pub fn pbkdf2_sync(
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    length: usize,
) -> Result<Vec<u8>> {
    let mut derivation = Derivation::new(password, salt, iterations, length)?;
    while !derivation.run(u32::MAX) {}
    Ok(derivation.into_key())
}

/// Derives a key on a thread of the pool, and calls `callback` with it in a later poll phase. Node's `pbkdf2`.
///
/// The loop goes on meanwhile: nothing is computed on it, not even the hash of a long password. The error of [`pbkdf2_sync`] goes to the callback, in a later poll phase as well.
pub fn pbkdf2(
    password: impl Into<Vec<u8>>,
    salt: impl Into<Vec<u8>>,
    iterations: u32,
    length: usize,
    callback: impl FnOnce(Result<Vec<u8>>) + 'static,
) {
    let (password, salt) = (password.into(), salt.into());
    //> // TODO: the result comes later, and is computed right now. Give the computation to the pool.
    //> let result = pbkdf2_sync(&password, &salt, iterations, length);
    //> set_immediate(move || callback(result));
    work(
        move || pbkdf2_sync(&password, &salt, iterations, length),
        callback,
    );
    //<
}

/// Derives a key on the loop's own thread, in slices of `rounds` rounds: one slice in each turn, as an immediate. Calls
/// `callback` with the key right after the last slice, in the same immediate. The first slice does not begin before this
/// function has returned.
///
/// The error of [`pbkdf2_sync`] goes to the callback, in an immediate as well. A slice of no rounds counts as one of one.
pub fn pbkdf2_in_slices(
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    length: usize,
    rounds: u32,
    callback: impl FnOnce(Result<Vec<u8>>) + 'static,
) {
    let derivation = Derivation::new(password, salt, iterations, length);
    set_immediate(move || match derivation {
        Ok(derivation) => slice(derivation, rounds.max(1), callback),
        Err(error) => callback(Err(error)),
    });
}

/// Does one slice, and leaves the rest to the next turn.
fn slice(
    mut derivation: Derivation,
    rounds: u32,
    callback: impl FnOnce(Result<Vec<u8>>) + 'static,
) {
    //> // TODO: here one slice follows the other, and nobody else gets a turn. One slice a turn.
    //> while !derivation.run(rounds) {}
    //> callback(Ok(derivation.into_key()));
    if derivation.run(rounds) {
        return callback(Ok(derivation.into_key()));
    }
    set_immediate(move || slice(derivation, rounds, callback));
    //<
}
