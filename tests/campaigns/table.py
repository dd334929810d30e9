"""Every campaign that was studied, and where it is said: the nth line is the nth campaign."""

from __future__ import annotations

from typing import NamedTuple


class Said(NamedTuple):
    """The rules that say a campaign: one file of its name, or one for each of these endings (`-a`, `-b`, …)."""

    endings: tuple[str, ...] = ("",)

    def rules(self, campaign: str) -> tuple[str, ...]:
        return tuple(name_of(campaign) + ending for ending in self.endings)


class Blocked(NamedTuple):
    """Not a campaign for this language: what the rule in ``blocked/`` is told, in part."""

    told: str


def name_of(campaign: str) -> str:
    """What its files are called."""
    return campaign.replace("_", "-")


ONE = Said()
OTHER_RULES = {"activated"}  # milestones that campaigns speak of

CAMPAIGNS: dict[str, Said | Blocked] = {
    "fluxly_welcome_first_project": Said(("-a", "-b")),
    "fluxly_setup_step2_stalled": ONE,
    "fluxly_trial_3d_branch": ONE,
    "fluxly_habit_dropoff": ONE,
    "fluxly_winback_30d": ONE,
    "fluxly_receipt_then_return": Said(("-a", "-b")),
    "fluxly_no_invite_5d": ONE,
    "efs_setup_stalled_24h": ONE,
    "efs_aha_confirmation": ONE,
    "efs_milestone_100": Said(("-a", "-b")),
    "segmailer_at_risk_paid": ONE,
    "segmailer_winback_flag": ONE,
    "segmailer_stuck_first_run": ONE,
    "segmailer_nearly_there": ONE,
    "cio_trial_expiry_7_1_0": ONE,
    "propel_deadline_sequence": ONE,
    "everestx_at_risk": ONE,
    "usercom_dormant_90": ONE,
    "lca_activation_combo_72h": Said(("-a", "-b")),
    "gainsight_renewal_lapsed": ONE,
    "gainsight_exec_nps_180": ONE,
    "gainsight_multi_risk": ONE,
    "gainsight_quality_3bugs": ONE,
    "gainsight_90d_renewal": ONE,
    # ------------------------------------------------------------
    "gainsight_license_80": ONE,
    "gainsight_30_vs_90": ONE,
    "gainsight_qtrly_chain": Said(("-a", "-b")),
    "fused_risk_15pt_7d": Said(("-a", "-b", "-c")),
    "vitally_account_vs_user": Said(("-a", "-b")),
    "cscafe_near_limit_14d": ONE,
    "cscafe_webinar_combo": ONE,
    "cscafe_combo_drop_pricing_seats": ONE,
    "beefed_dau_30pct_7to14d": ONE,
    "beefed_renewal_graded": ONE,
    "nebula_daily_churn_brief": ONE,
    "churntools_nps_detractor": ONE,
    "asknicely_nps6_task": ONE,
    "ceojuice_flag_clear": ONE,
    "gocsm_not_logged_in": ONE,
    "correlated_no_invite_open_seats": ONE,
    "correlated_deleting_dashboards": ONE,
    "zapvol_expansion_4_of_6": ONE,
    "nudje_usage_decline": ONE,
    "nudje_top_user_quiet": Blocked(
        "would compare people or accounts with each other, and a condition asks each by itself"
    ),
    "nudje_used_once": ONE,
    "nudje_missed_activation_7d": ONE,
    "nudje_quota_90": ONE,
    "nudje_trial_pricing_3": ONE,
    # ------------------------------------------------------------
    "nudje_cancel_page_abandon": ONE,
    "nudje_domain_match": Blocked("asks about one account and its people, never about another account"),
    "nudje_dormant_returned": ONE,
    "rekko_dunning": ONE,
    "pusher_limits_80": Said(("-a", "-b", "-c", "-d")),
    "zluri_error_72h": ONE,
    "unifyr_4_of_5_days": Said(("-a", "-b", "-c", "-d")),
    "segment_trial_no_paid_5d": ONE,
    "segment_loyalty_3x100": Said(("-a", "-b")),
    "segment_account_logins_lt10": ONE,
    "segment_none_of_users": ONE,
    "segment_past_due_once": Said(("-a", "-b")),
    "parcelvoy_weekly_summary": ONE,
    "parcelvoy_recurring_grading": ONE,
    "parcelvoy_flight_24h": ONE,
    "courier_trial_grid": ONE,
    "notifuse_birthday": ONE,
    "notifuse_inactivity_ladder": ONE,
    "rotor_renewal_scanner": Said(("-a", "-b")),
    "agenteous_quiet_10_14": ONE,
    "riyalabs_zscore": Blocked("`usage_of` has no `z_score`"),
    "ustech_tiered_50pct": ONE,
    "seqpulse_no_project_2h": ONE,
    "card_high_value_48h": ONE,
}
