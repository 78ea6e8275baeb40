//! Three-valued logic (after Kleene) and every predicate over values, so that "unsafe only if the environment
//! says so" is decided once and not in each check.

use super::{Node, Value};

/// Yes, no, or it cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// Surely.
    Yes,
    /// Surely not.
    No,
    /// It cannot be told.
    Maybe,
}

impl Truth {
    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Maybe,
        }
    }

    /// Either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        !((!self).and(!other))
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

impl Node {
    /// Python's own truth of the value.
    pub fn truthy(&self) -> Truth {
        match &self.value {
            Value::None => Truth::No,
            Value::Bool(b) => (*b).into(),
            Value::Int(n) => (*n != 0).into(),
            Value::Float(f) => (*f != 0.0).into(),
            Value::Str(s) => (!s.is_empty()).into(),
            Value::PartlyStr(parts) if parts.iter().flatten().any(|p| !p.is_empty()) => Truth::Yes,
            Value::Bytes(n) => (*n != 0).into(),
            Value::List(i) | Value::Tuple(i) | Value::Set(i) => match (i.items.is_empty(), &i.rest) {
                (false, _) => Truth::Yes,
                (true, None) => Truth::No,
                (true, Some(_)) => Truth::Maybe,
            },
            Value::Dict(d) => match (d.entries.is_empty(), &d.rest) {
                (false, _) => Truth::Yes,
                (true, None) => Truth::No,
                (true, Some(_)) => Truth::Maybe,
            },
            Value::Timedelta(s) => (*s != 0.0).into(),
            Value::BigInt(_) | Value::Ref(_) | Value::Regex(_) | Value::Path(_) => Truth::Yes,
            Value::Lazy(_) | Value::PartlyStr(_) => Truth::Maybe,
            Value::Unknown(u) => agree(u.candidates.iter().map(Self::truthy)),
        }
    }

    /// Whether the value is exactly this `bool`.
    pub fn is_bool(&self, wanted: bool) -> Truth {
        match &self.value {
            Value::Bool(b) => (*b == wanted).into(),
            Value::Unknown(u) => agree(u.candidates.iter().map(|c| c.is_bool(wanted))),
            _ => Truth::No,
        }
    }

    /// Whether a collection holds an element for which `test` says yes.
    pub fn any_item(&self, test: &dyn Fn(&Self) -> Truth) -> Truth {
        match &self.value {
            Value::List(i) | Value::Tuple(i) | Value::Set(i) => {
                let found = i.items.iter().fold(Truth::No, |t, item| t.or(test(item)));
                if i.rest.is_some() { found.or(Truth::Maybe) } else { found }
            }
            Value::Unknown(u) => agree(u.candidates.iter().map(|c| c.any_item(test))),
            _ => Truth::No,
        }
    }

    /// Whether a collection of texts (or of classes) holds this text (or dotted name).
    pub fn contains_str(&self, wanted: &str) -> Truth {
        self.any_item(&|item| item.is_str(wanted))
    }

    /// Whether the value is this text, or a reference to this dotted name.
    pub fn is_str(&self, wanted: &str) -> Truth {
        match &self.value {
            Value::Str(text) | Value::Ref(text) => (text == wanted).into(),
            Value::PartlyStr(_) => Truth::Maybe,
            Value::Unknown(u) => agree(u.candidates.iter().map(|c| c.is_str(wanted))),
            _ => Truth::No,
        }
    }
}

/// The common answer of all candidates; `Maybe` when they differ or there is none.
fn agree(mut answers: impl Iterator<Item = Truth>) -> Truth {
    let Some(first) = answers.next() else { return Truth::Maybe };
    if answers.all(|a| a == first) { first } else { Truth::Maybe }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Items;

    #[test]
    fn kleene() {
        use Truth::{Maybe, No, Yes};
        assert_eq!(Yes.and(Maybe), Maybe);
        assert_eq!(No.and(Maybe), No);
        assert_eq!(Yes.or(Maybe), Yes);
        assert_eq!(No.or(Maybe), Maybe);
    }

    #[test]
    fn an_open_list_contains_what_it_shows_and_may_contain_the_rest() {
        let items = Items { items: vec![Node::plain(Value::Str("a".into()))], rest: Some("why".into()) };
        let list = Node::plain(Value::List(items));
        assert_eq!(list.contains_str("a"), Truth::Yes);
        assert_eq!(list.contains_str("b"), Truth::Maybe);
        assert_eq!(list.truthy(), Truth::Yes);
    }
}
