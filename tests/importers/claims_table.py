"""Which importer reads which of the shared samples: all files of `exports` that are not here are read by none."""

from __future__ import annotations


def _in(folder: str, *names: str) -> set[str]:
    return {f"{folder}/{name}" for name in names}


ALONE: dict[str, set[str]] = {
    "instagram": {
        "instagram/synthetic/connections/followers_and_following/blocked_profiles.json",
        "instagram/synthetic/personal_information/personal_information/personal_information.json",
        "instagram/synthetic/your_instagram_activity/comments/post_comments_1.json",
        "instagram/synthetic/your_instagram_activity/messages/inbox/troll_17890000000000001/message_1.json",
    },
    "messenger": {
        "facebook/lc_message_1.json",
        "facebook/msgvault/corrupt/your_activity_across_facebook/messages/inbox/goodsibling_OK/message_1.json",
        "facebook/msgvault/html_simple/your_activity_across_facebook/messages/inbox/alice_ABC123/message_1.html",
        "facebook/msgvault/json_nontext/your_activity_across_facebook/messages/inbox/sam_NONTXT/message_1.json",
        "facebook/msgvault/json_simple/your_activity_across_facebook/messages/archived_threads/zoe_ARCH/message_1.json",
        "facebook/msgvault/json_simple/your_activity_across_facebook/messages/inbox/alice_ABC123/message_1.json",
        "facebook/msgvault/json_with_media/your_activity_across_facebook/messages/inbox/bob_XYZ789/message_1.json",
        "instagram/cm_message_1_minimal.json",
        "instagram/synthetic/your_instagram_activity/messages/inbox/troll_17890000000000001/message_2.json",
        *_in(
            "facebook/msgvault/e2ee_simple/your_activity_across_facebook/messages",
            "alice_1.json",
            "group_2.json",
        ),
        *_in("facebook/msgvault/html_timestamps", "layout1.html", "layout2.html", "layout3.html"),
        *_in(
            "facebook/msgvault/json_multifile/your_activity_across_facebook/messages/inbox/dave_MULTI",
            "message_1.json",
            "message_10.json",
            "message_2.json",
        ),
    },
    "snapchat": {
        "snapchat/synthetic_legacy/json/chat_history.json",
        *_in("snapchat/synthetic/json", "chat_history.json", "snap_history.json"),
    },
    "tiktok": {
        *_in("tiktok/synthetic", "user_data_legacy.json", "user_data_tiktok.json"),
    },
    "x": {
        *_in(
            "x-twitter/synthetic/data",
            "account.js",
            "block.js",
            "deleted-tweets.js",
            "direct-messages-group.js",
            "direct-messages.js",
            "manifest.js",
            "tweets.js",
        ),
        *_in("x-twitter/ts_zip_contents", "account.js", "follower.js", "following.js"),
    },
    "discord": {
        "discord/synthetic/dce_dm.json",
    },
    "discord-package": {
        "discord/synthetic/data_package/account/user.json",
        "discord/synthetic/data_package/messages/index.json",
        *_in("discord/synthetic/data_package/messages/c300000000000000003", "channel.json", "messages.json"),
        *_in("discord/synthetic/data_package/messages/c500000000000000005", "channel.json", "messages.csv"),
    },
    "telegram": {
        "telegram/synthetic/full_export/result.json",
        "telegram/synthetic/legacy_2020_invalid_escape/result.json",
        *_in(
            "telegram",
            "cm_result_batch.json",
            "id_private_channel.json",
            "id_private_group.json",
            "id_saved.json",
            "id_users_test.json",
            "lc_result_personal.json",
        ),
    },
    "telegram-html": {
        "telegram/synthetic/html_export/messages.html",
    },
    "signal": {
        "signal/synthetic/main.jsonl",
    },
    "skype": {
        "skype/synthetic/messages.json",
    },
    "slack": {
        *_in("slack", "lc_slack_export.zip", "zulip_normal_thread.json", "zulip_users.json"),
    },
    "mastodon": {
        *_in(
            "mastodon/granary",
            "actor.as2.json",
            "comment.as2.json",
            "note_mastodon_with_video.as2.json",
            "note_public.as2.json",
            "note_unlisted.as2.json",
            "question.as2.json",
            "undo_repost.as2.json",
        ),
        *_in("mastodon/synthetic", "api_status.json", "archive-20240105000000-abcdef.tar.gz"),
    },
    "bluesky": {
        "bluesky/indigo/repo_slice_record.json",
        *_in(
            "bluesky/atproto-sdk",
            "like_record.json",
            "post_record.json",
            "thread_view_post_with_embed_media.json",
        ),
        *_in("bluesky/granary", "comment_inreplyto_id.bsky.json", "note.bsky.json", "quote.bsky.json"),
    },
    "bluesky-car": {
        *_in("bluesky/indigo", "fakermaker.repo.car", "repo_slice.car"),
    },
    "har": {
        "har/synthetic/chromium_forum_thread.har",
        *_in("har", "humanssuck.net.har", "missing_pageref.har", "no_title.har", "single_entry.har"),
    },
    "sms-backup": {
        "call-logs/synthetic/calls-20240305.xml",
        "sms-backup-restore/synthetic/sms-traps.xml",
        *_in("sms-backup-restore", "br_sms_sample.xml", "mc_calls-test_00.xml", "mc_sms-test.xml"),
    },
    "imazing": {
        *_in("imazing", "br_messages.csv", "br_whatsapp.csv"),
    },
    "reddit": {
        *_in(
            "reddit/synthetic",
            "chat_history.csv",
            "comments.csv",
            "ip_logs.csv",
            "messages.csv",
            "posts.csv",
            "statistics.csv",
        ),
    },
    "youtube": {
        "youtube-takeout/synthetic/Takeout/YouTube and YouTube Music/comments/comments.csv",
        "youtube-takeout/synthetic/Takeout/YouTube and YouTube Music/live chats/live chats.csv",
        "youtube-takeout/synthetic_legacy/my-comments/my-comments.html",
    },
    "linkedin": {
        "linkedin/sample_export.zip",
    },
    "whatsapp": {
        *_in(
            "whatsapp",
            "cm_android_ddmmyy_24h.txt",
            "cm_android_es_mmddyyyy_12h.txt",
            "cm_bracket_mmddyy_24h.txt",
            "lc_ios_us_12h_lrm.txt",
            "lc_mixed_formats.txt",
        ),
        *_in(
            "whatsapp/synthetic",
            "android_de_WhatsApp-Chat mit Alex.txt",
            "android_en-GB_dst.txt",
            "android_en-US_ambiguous.txt",
            "ios_en-GB_WhatsApp Chat - Sam Carter.zip",
        ),
    },
    "signal-text": {
        "signal/cm_sigexport_chat.txt",
    },
    "mhtml": {
        "mhtml/synthetic/chromium_forum_thread.mhtml",
        *_in(
            "mhtml",
            "lc_blink_example.mht",
            "mh_missing_boundary_header.mhtml",
            "mh_missing_headers.mhtml",
            "mh_unexpected_eof.mhtml",
            "mk_multipart-related-mhtml.txt",
        ),
    },
    "mbox": {
        *_in(
            "email/mbox",
            "mk_issue1189-summary.txt",
            "mk_issue1189.mbox.txt",
            "mk_simple.mbox.txt",
            "mk_unmunged.mbox.txt",
        ),
    },
    "eml": {
        "email/dkim/mk_gmail_no-end-boundary.eml",
        "sms-backup-restore/br_smsbackupplus_flat_received.eml",
        *_in(
            "email/dkim/synthetic",
            "01_valid_relaxed.eml",
            "02_valid_as_lf_file.eml",
            "03_body_tampered.eml",
            "04_subject_tampered.eml",
            "05_mailing_list_footer.eml",
            "06_l_tag_appended_text.eml",
            "07_simple_simple_valid.eml",
            "08_simple_header_refolded.eml",
            "09_unknown_selector_key_gone.eml",
            "10_revoked_key.eml",
            "11_test_mode_key.eml",
            "12_forged_authres_no_signature.eml",
            "13_second_from_prepended.eml",
            "14_signature_expired_x.eml",
        ),
        *_in(
            "email/eml",
            "st_malformed_000.eml",
            "st_malformed_003.eml",
            "st_malformed_007.eml",
            "st_malformed_012.eml",
            "st_rfc_000.eml",
            "st_rfc_004.eml",
            "st_rfc_005.eml",
            "st_rfc_006.eml",
            "st_rfc_009.eml",
            "un_mime-different-plain-html.eml",
            "un_mime-multi-to-cc-bcc.eml",
            "un_mime-multipart-digest.eml",
            "un_mime-word-encoded-subject.eml",
            "un_rfc822-no-date.eml",
            "un_test-invalid-date.eml",
            "un_test-iso-8601-date.eml",
        ),
    },
    "msg": {
        *_in(
            "email/msg",
            "hm_Attach_sample_eml_received.msg",
            "hm_Subject.msg",
            "hm_attachmentFiles.msg",
            "hm_msgInMsg.msg",
            "hm_sent.msg",
            "hm_voteNo.msg",
        ),
    },
    "webarchive": {
        "savepage/synthetic/Thread – Example Forum.webarchive",
    },
    "singlefile": {
        "singlefile/synthetic/forum_thread_singlefile.html",
    },
    "saved-page": {
        "savepage/synthetic/Thread – Example Forum.html",
    },
}
"""Importer → the files that it claims where each is opened alone."""

_SECOND_PART = (
    "instagram/synthetic/your_instagram_activity/messages/inbox/troll_17890000000000001/message_2.json"
)

ONLY_BESIDE_OTHERS: dict[str, set[str]] = {
    # a file that is broken, among threads that are not
    "messenger": {
        "facebook/msgvault/corrupt/your_activity_across_facebook/messages/inbox/broken_BAD/message_1.json"
    },
    # without the first part nothing in it says of which platform it is: alone it is listed as Messenger's
    "instagram": {_SECOND_PART},
    # without its main.jsonl it could be anything
    "signal": {"signal/synthetic/metadata.json"},
    # documents of accounts, which a repository needs
    "bluesky-car": {"bluesky/atproto-sdk/did_doc.json", "bluesky/indigo/fakermaker.didDoc.json"},
}
"""Importer → what it claims besides, where the whole folder is opened."""
ONLY_ALONE: dict[str, set[str]] = {"messenger": {_SECOND_PART}}
