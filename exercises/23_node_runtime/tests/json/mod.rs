//! Reads JSON (RFC 8259), to see whether a file is some, and what is in it.

use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// The member of an object. `Null` when there is none.
    pub fn get(&self, name: &str) -> &Json {
        match self {
            Json::Object(members) => members.get(name).unwrap_or(&Json::Null),
            _ => &Json::Null,
        }
    }

    pub fn text(&self) -> &str {
        match self {
            Json::Text(text) => text,
            _ => "",
        }
    }

    pub fn number(&self) -> Option<f64> {
        match self {
            Json::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub fn list(&self) -> &[Json] {
        match self {
            Json::List(list) => list,
            _ => &[],
        }
    }
}

/// The value that `text` is.
///
/// # Errors
///
/// Says where it stops to be JSON.
pub fn parse(text: &str) -> Result<Json, String> {
    let mut reader = Reader { rest: text };
    let value = reader.value().and_then(|value| {
        reader.space();
        match reader.rest {
            "" => Ok(value),
            _ => Err("something follows the value"),
        }
    });
    value.map_err(|what| {
        let before = &text[..text.len() - reader.rest.len()];
        let line = before.lines().last().unwrap_or_default();
        let next: String = reader.rest.chars().take(30).collect();
        format!("{what}, behind `{line}` and before `{next}`")
    })
}

struct Reader<'a> {
    rest: &'a str,
}

type Outcome<T> = Result<T, &'static str>;

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn take(&mut self, wanted: &str) -> bool {
        match self.rest.strip_prefix(wanted) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self) -> Outcome<Json> {
        self.space();
        for (word, value) in [
            ("null", Json::Null),
            ("true", Json::Bool(true)),
            ("false", Json::Bool(false)),
        ] {
            if self.take(word) {
                return Ok(value);
            }
        }
        if self.take("[") {
            return self.items("]", Reader::value).map(Json::List);
        }
        if self.take("{") {
            let members = self.items("}", |reader| {
                reader.space();
                let name = reader.string()?;
                reader.space();
                match reader.take(":") {
                    true => Ok((name, reader.value()?)),
                    false => Err("a name without a colon"),
                }
            })?;
            let count = members.len();
            let members: BTreeMap<_, _> = members.into_iter().collect();
            return match members.len() == count {
                true => Ok(Json::Object(members)),
                false => Err("a name stands twice in an object"),
            };
        }
        if self.rest.starts_with('"') {
            return self.string().map(Json::Text);
        }
        self.a_number()
    }

    fn items<T>(
        &mut self,
        end: &str,
        mut item: impl FnMut(&mut Self) -> Outcome<T>,
    ) -> Outcome<Vec<T>> {
        let mut items = Vec::new();
        self.space();
        if self.take(end) {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            self.space();
            if self.take(end) {
                return Ok(items);
            }
            if !self.take(",") {
                return Err("neither a comma nor an end");
            }
        }
    }

    fn string(&mut self) -> Outcome<String> {
        if !self.take("\"") {
            return Err("no string");
        }
        let mut text = String::new();
        loop {
            let letter = self.rest.chars().next().ok_or("a string without an end")?;
            self.rest = &self.rest[letter.len_utf8()..];
            match letter {
                '"' => return Ok(text),
                '\\' => text.push(self.escaped()?),
                '\0'..='\x1f' => return Err("a control character in a string"),
                _ => text.push(letter),
            }
        }
    }

    fn escaped(&mut self) -> Outcome<char> {
        let letter = self.rest.chars().next().ok_or("a string without an end")?;
        self.rest = &self.rest[letter.len_utf8()..];
        match letter {
            '"' | '\\' | '/' => Ok(letter),
            'n' => Ok('\n'),
            't' => Ok('\t'),
            'r' => Ok('\r'),
            'u' => {
                let digits = self.rest.get(..4).ok_or("four digits follow \\u")?;
                self.rest = &self.rest[4..];
                let number =
                    u32::from_str_radix(digits, 16).map_err(|_| "four digits follow \\u")?;
                char::from_u32(number).ok_or("half of a pair")
            }
            _ => Err("an escape that is none"),
        }
    }

    fn a_number(&mut self) -> Outcome<Json> {
        let end = self
            .rest
            .find(|letter: char| !letter.is_ascii_digit() && !"+-.eE".contains(letter))
            .unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        let digits = number.strip_prefix('-').unwrap_or(number);
        // JSON's numbers are Rust's, but for these.
        if digits.starts_with(['+', '.']) || digits.ends_with('.') {
            return Err("a number that is none");
        }
        let number = number.parse().map_err(|_| "no value")?;
        self.rest = rest;
        Ok(Json::Number(number))
    }
}
