//! Policies of views that do not do what they say.

mod action_permission_weaker;
mod permission_branch_open;
mod permission_list_contradictory;
mod policy_attribute_misshapen;
mod policy_attribute_misspelled;
mod policy_branch_dead;
mod policy_decorator_ineffective;
mod staff_check_in_body;
mod write_left_open;

use super::Check;

/// The family, sorted by id.
pub(crate) static CHECKS: &[&dyn Check] = &[
    &action_permission_weaker::ActionPermissionWeaker,
    &permission_branch_open::PermissionBranchOpen,
    &permission_list_contradictory::PermissionListContradictory,
    &policy_attribute_misshapen::PolicyAttributeMisshapen,
    &policy_attribute_misspelled::PolicyAttributeMisspelled,
    &policy_branch_dead::PolicyBranchDead,
    &policy_decorator_ineffective::PolicyDecoratorIneffective,
    &staff_check_in_body::StaffCheckInBody,
    &write_left_open::WriteLeftOpen,
];
