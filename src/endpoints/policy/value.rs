//! The result: what is known of one policy of one view, who decided it, and where.

use crate::source::Span;

/// One policy of a view.
#[derive(Clone, Debug, PartialEq)]
pub struct Effective {
    /// What holds.
    pub value: PolicyValue,
    /// Who decided it.
    pub origin: Origin,
    /// Where: the attribute, the keyword, the method, the setting.
    pub at: Option<Span>,
}

/// The value of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyValue {
    /// Dotted names in order; a composed permission is one text.
    Names(Vec<String>),
    /// One dotted name, or `None` where Python has `None`.
    One(Option<String>),
    /// It depends on the request: each case with its value.
    Branches(Vec<Branch>),
    /// It cannot be told; one clause says why.
    Unknown(String),
}

/// One case of a computed policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// When it holds: `GET list, POST create`, and conditions as written.
    pub when: String,
    /// What holds then.
    pub value: PolicyValue,
}

/// Who decided a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The keywords of `@action` or `as_view`.
    Action,
    /// The class itself, or the decorators of a function view.
    Class,
    /// A base, of the project or a library.
    Base,
    /// `REST_FRAMEWORK`.
    Settings,
    /// DRF's own default.
    Framework,
    /// A method such as `get_permissions`.
    Computed,
    /// It cannot be told.
    Unknown,
}

impl Origin {
    /// The word of the machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Action => "action",
            Self::Class => "class",
            Self::Base => "base",
            Self::Settings => "settings",
            Self::Framework => "framework",
            Self::Computed => "computed",
            Self::Unknown => "unknown",
        }
    }
}

/// What kind of view it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// An `APIView`, also through `@api_view`.
    Drf,
    /// Any other view of Django.
    Django,
}

impl Kind {
    /// The word of the machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Drf => "drf",
            Self::Django => "django",
        }
    }
}

/// Whom a view, or one of its methods, lets in. Weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exposure {
    /// Anybody.
    Open,
    /// Anybody may read, not write.
    ReadOpen,
    /// It cannot be told.
    Unknown,
    /// Whoever has logged in.
    Authenticated,
    /// Some of those who have logged in, or nobody.
    Restricted,
}

impl Exposure {
    /// The word of the machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::ReadOpen => "read-open",
            Self::Unknown => "unknown",
            Self::Authenticated => "authenticated",
            Self::Restricted => "restricted",
        }
    }
}

/// A throttle of a view with what it allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// The dotted name of the class.
    pub class: String,
    /// Its scope, where it is known.
    pub scope: Option<String>,
    /// How often it lets a caller through.
    pub rate: Rate,
}

/// The rate of a throttle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rate {
    /// As written: `100/day`.
    Limited(String),
    /// There is none, so the throttle lets everything through.
    Unlimited,
    /// It cannot be told.
    Unknown,
}

impl Effective {
    /// A value that cannot be told.
    pub fn unknown(cause: impl Into<String>, at: Option<Span>) -> Self {
        Self { value: PolicyValue::Unknown(cause.into()), origin: Origin::Unknown, at }
    }
}
