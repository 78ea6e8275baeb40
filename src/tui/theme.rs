//! From roles to styles, and from marks to glyphs. Colours are the terminal's own sixteen, so any scheme stays
//! readable; the mono theme sets no colour on any cell, because with `NO_COLOR` crossterm 0.29 resets all
//! attributes where a colour would stand.

use ratatui::style::{Color, Modifier, Style};

use crate::tui::text::Role;

/// Which theme to draw with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Theme {
    colour: bool,
}

impl Theme {
    /// The terminal's own colours.
    pub(super) fn colour() -> Self {
        Self { colour: true }
    }

    /// No colour at all: bold, dim, underline and reverse only.
    pub(super) fn mono() -> Self {
        Self { colour: false }
    }

    /// The style of a role.
    pub(super) fn style(self, role: Role) -> Style {
        let (colour, modifier) = match role {
            Role::Text => (None, Modifier::empty()),
            Role::Dim | Role::Gutter => (Some(Color::DarkGray), Modifier::DIM),
            Role::Comment => (Some(Color::DarkGray), Modifier::ITALIC),
            Role::Title | Role::Strong | Role::Code => (None, Modifier::BOLD),
            Role::Ok | Role::Literal => (Some(Color::Green), Modifier::empty()),
            Role::Warn => (Some(Color::Yellow), Modifier::empty()),
            Role::Bad | Role::Cause => (Some(Color::Red), Modifier::BOLD),
            Role::Ask | Role::Related | Role::Number | Role::Bar => (Some(Color::Cyan), Modifier::empty()),
            Role::Key => (Some(Color::Cyan), Modifier::BOLD),
            Role::Place => (Some(Color::Blue), Modifier::empty()),
            Role::Added => (Some(Color::Green), Modifier::BOLD),
            Role::Removed => (Some(Color::Red), Modifier::DIM),
            Role::AddedPart => (Some(Color::Green), Modifier::BOLD.union(Modifier::UNDERLINED)),
            Role::RemovedPart => (Some(Color::Red), Modifier::UNDERLINED),
            Role::Keyword => (Some(Color::Magenta), Modifier::empty()),
            Role::Input => (None, Modifier::UNDERLINED),
            Role::Caret => (None, Modifier::REVERSED),
        };
        let style = Style::new();
        match (self.colour, colour) {
            // Dim on top of a grey is unreadable on many schemes: with colours, the colour alone says it.
            (true, Some(colour)) => style.fg(colour).add_modifier(modifier - Modifier::DIM),
            (true, None) => style.add_modifier(modifier),
            (false, _) => {
                let plain = matches!(role, Role::Keyword | Role::Literal | Role::Number | Role::Comment);
                if plain { style } else { style.add_modifier(modifier) }
            }
        }
    }

    /// What is laid over the selected row.
    pub(super) fn selected() -> Modifier {
        Modifier::REVERSED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mono_theme_sets_no_colour() {
        for role in [Role::Bad, Role::Ok, Role::Dim, Role::Added, Role::Keyword, Role::Key] {
            let style = Theme::mono().style(role);
            assert_eq!((style.fg, style.bg), (None, None), "{role:?}");
        }
    }

    #[test]
    fn added_and_removed_differ_without_colour() {
        let style = |role| Theme::mono().style(role).add_modifier;
        assert_ne!(style(Role::Added), style(Role::Removed));
        assert_ne!(style(Role::AddedPart), style(Role::Added));
    }
}
