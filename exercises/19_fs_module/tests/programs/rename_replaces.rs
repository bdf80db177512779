//! A name that exists is replaced, a removed file is gone, and what a file is can be asked.

use fs_module::{make_dir, read_to_string, remove, rename, stat};

use super::{at, put, say};

pub fn main() {
    put("old", "of old");
    put("new", "new");
    make_dir(at("made"), |_| {
        rename(at("old"), at("new"), |renamed| {
            say(renamed.map_or_else(|error| error.to_string(), |()| String::from("renamed")));
            read_to_string(at("new"), |text| {
                say(text.expect("it is there"));
                stat(at("new"), |new| {
                    let new = new.expect("it is there");
                    say(format!("{} {} {}", new.size, new.is_file(), new.is_dir()));
                    stat(at("made"), |made| {
                        let made = made.expect("it was made");
                        say(format!("{} {}", made.is_file(), made.is_dir()));
                        remove(at("new"), |removed| {
                            say(removed.map_or_else(
                                |error| error.to_string(),
                                |()| String::from("removed"),
                            ));
                            stat(at("new"), |gone| say(gone.expect_err("it is gone").code()));
                        });
                    });
                });
            });
        });
    });
}
