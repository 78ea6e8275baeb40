//! Where a value came from: the chain of statements behind it, and each read of the environment.

use crate::source::Span;

/// One link of the chain behind a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The statement or expression.
    pub at: Span,
    /// What happened there.
    pub how: How,
    /// A few words for people, such as `read DJANGO_DEBUG, default False`; may be empty.
    pub note: String,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// `X = …`.
    Assigned,
    /// `X += …`, `.append`, `.extend`, `.insert`.
    Extended,
    /// `X["k"] = …`, `.update`, `.setdefault`, `|=`.
    Updated,
    /// `.remove`, `.pop`, `del`.
    Removed,
    /// Came in with an import (`from .base import *`).
    Imported,
    /// Merged from a data file or by a library (dynaconf, split_settings).
    Merged,
    /// A call in the module by which a function sets the name.
    Called,
    /// Set in a branch that depends on something unknown.
    Guarded,
}

impl How {
    /// The word of the machine output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Extended => "extended",
            Self::Updated => "updated",
            Self::Removed => "removed",
            Self::Imported => "imported",
            Self::Merged => "merged",
            Self::Called => "called",
            Self::Guarded => "guarded",
        }
    }
}

/// One read of an environment variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvRead {
    /// The variable.
    pub name: String,
    /// The reading expression: `os.environ.get("X", "y")`, `env.bool("X")`, `values.BooleanValue(True)`.
    pub at: Span,
    /// The expression of the default, where one is written (in the call, or in the `Env(...)` constructor).
    pub default_at: Option<Span>,
    /// By which library.
    pub reader: Reader,
    /// Whether the text is turned into a boolean or number by the reader itself (`env.bool`, `cast=bool`).
    pub cast: Option<String>,
    /// Whether the value came from `--env`, `--env-file` or a `.env` file and not from the default.
    pub supplied: bool,
    /// Whether the import fails without it.
    pub needed: bool,
}

/// How the environment is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// `os.environ`, `os.getenv`.
    Os,
    /// django-environ.
    DjangoEnviron,
    /// environs.
    Environs,
    /// python-decouple.
    Decouple,
    /// dj-database-url.
    DjDatabaseUrl,
    /// django-configurations values.
    Configurations,
    /// Dynaconf.
    Dynaconf,
    /// pydantic-settings.
    Pydantic,
}
