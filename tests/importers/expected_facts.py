"""What the notes of the samples say beside counts and times, as something that can be counted.

Each fact: the words of the note (or of the zone), then name and number in `expected_counts.counted`; a name that
begins with `says` is looked for in what is said.
"""

from __future__ import annotations

Fact = tuple[str, str, int]

_THREAD = "facebook/msgvault/{}/your_activity_across_facebook/messages/"
_EML = "email/dkim/synthetic/"
_DKIM = "DKIM 1 (key from a file): "

FACTS: dict[str, tuple[Fact, ...]] = {
    "whatsapp/lc_mixed_formats.txt": (
        ("1 media omitted", "attachment omitted", 1),
        ("1 deleted", "deleted", 1),
        ("three date orders in one file", "says headers are written in several forms", 1),
    ),
    "whatsapp/lc_ios_us_12h_lrm.txt": (
        ("first line is the E2EE notice although it carries a sender", "flag notice_under_a_name", 1),
        ('3 "image omitted"', "attachment omitted", 3),
    ),
    "whatsapp/cm_android_ddmmyy_24h.txt": (
        ("9 entries", "records", 9), ("2 multi-line", "several lines", 2), ("order D/M decidable", "undecided", 0),
    ),
    "whatsapp/cm_android_es_mmddyyyy_12h.txt": (
        ("9 entries", "records", 9), ("2 multi-line", "several lines", 2), ("order M/D decidable", "undecided", 0),
        ('the impossible "00:08 a. m."', "flag impossible_hour", 1),
    ),
    "whatsapp/cm_bracket_mmddyy_24h.txt": (
        ("9 entries", "records", 9), ("2 multi-line", "several lines", 2), ("order M/D decidable", "undecided", 0),
    ),
    "whatsapp/synthetic/ios_en-GB_WhatsApp Chat - Sam Carter.zip": (
        ("14 genuine entries", "records", 14),
        ('must be flagged "boundary ambiguous"', "flag boundary_ambiguous", 1),
        ("I forgive you", "says [16/03/2024, 07:29:00] Jo Reyes: I forgive you", 1),
        ("missed call", "missed_call", 1), ("blocked", "block", 1), ("Notices: E2EE", "notice", 1),
        ("deleted=1", "deleted", 1), ("edited=1", "edited", 1), ("poll=1", "polls", 1), ("location=1", "locations", 1),
        ("omitted=1", "attachment omitted", 1), ("00000004 present in zip", "attachment present", 1),
        ("00000005 referenced but missing", "attachment missing", 1), ("D/M decided by 14/03", "undecided", 0),
    ),
    "whatsapp/synthetic/android_de_WhatsApp-Chat mit Alex.txt": (
        ("deleted=1", "deleted", 1), ("edited=1", "edited", 1), ("omitted=1", "attachment omitted", 1),
        ("attachment name=1", "attachment missing", 1), ("D.M decided by 31.03", "undecided", 0),
    ),
    "whatsapp/synthetic/android_en-US_ambiguous.txt": (
        ("D/M order UNDECIDABLE", "undecided", 6), ('"null" text', "flag null_text", 1),
    ),
    _THREAD.format("json_simple") + "inbox/alice_ABC123/message_1.json": (
        ('text 2 = "café time?"', "says café time?", 1), ("reactions ❤", "says ❤", 1), ("👍", "says 👍", 1),
        ("reactions", "reactions", 2),
    ),
    _THREAD.format("json_nontext") + "inbox/sam_NONTXT/message_1.json": (
        ("call 192 s", "lasted 192 s", 1), ("call", "call", 1), ("missed call", "missed_call", 1),
        ("leave notice", "leave", 1), ("sticker, missing photo", "attachment missing", 2),
        ("share", "attachment not_exported", 1),
    ),
    _THREAD.format("json_with_media") + "inbox/bob_XYZ789/message_1.json": (
        ("uri is relative to the export ROOT", "attachment missing", 1),  # the file alone, without its folder
    ),
    _THREAD.format("e2ee_simple") + "alice_1.json": (("isUnsent with text still present", "deleted", 1),),
    _THREAD.format("e2ee_simple") + "group_2.json": (("1 media", "attachment missing", 1),),
    "facebook/lc_message_1.json": (("1 photo", "attachment missing", 1),),
    "instagram/synthetic/": (
        ("unsent=1", "deleted", 1), ("1 photo (file missing)", "attachment missing", 1),
        ("1 share", "attachment not_exported", 1), ("1 comment", "comment", 1), ("1 block", "block", 1),
        ("you can’t hide", "says you can’t hide — “ever” 😂", 1),
    ),
    "telegram/lc_result_personal.json": (("derived export-machine offset -07:00", "zone -07:00", 4),),
    "telegram/id_users_test.json": (
        ("via_bot", "flag via_bot", 1), ("forwarded", "forwarded", 3), ("skipped file", "attachment omitted", 1),
    ),
    "telegram/id_private_channel.json": (("2 polls", "polls", 2),),
    "telegram/synthetic/full_export/result.json": (
        ("edited=1", "edited", 1), ("missed call=1", "missed_call", 1), ("skipped file=1", "attachment omitted", 1),
        ("offset +01:00 for id 10", "zone +01:00", 1), ("+00:00 for the rest", "zone +00:00", 6),
        ("only state the gap", "says message numbers are missing between 12 and 14", 1),
    ),
    "telegram/synthetic/legacy_2020_invalid_escape/result.json": (
        ("must be repaired", "repairs", 1), ("must be repaired", "flag repaired", 1),
        ('type "unsupported" has no date', "notice", 1), ('"edited" 1970 means never', "edited", 0),
    ),
    "telegram/synthetic/html_export/messages.html": (
        ("has no from_name: inherits Sam C", "flag author_inherited", 1), ("reply to 11", "replies", 1),
        ('"UTC" alone = +00:00', "zone +00:00", 2),
    ),
    "discord/synthetic/dce_dm.json": (
        ("edited=1", "edited", 1), ("call=1", "call", 1), ("reply=1", "replies", 1),
        ("attachment=1", "attachment missing", 1), ("equals snowflake time", "agrees id: +0 ms", 3),
        ("last timestamp written +02:00", "zone +02:00", 1),
    ),
    "discord/synthetic/data_package/": (
        ("only the account owner's own messages", "direction out", 3), ("newline", "several lines", 1),
    ),
    "signal/cm_sigexport_chat.txt": (("1 multi-line", "several lines", 1),),
    "signal/synthetic/": (
        ("edited=1", "edited", 1), ('revision "I will hurt you"', "says I will hurt you", 1),
        ("remote-deleted=1", "deleted", 1), ("view-once=1", "flag view_once", 1), ("reaction=1", "reactions", 1),
        ("key material in lines 1-2", "secrets", 2),
    ),
    "slack/lc_slack_export.zip": (
        ("5 records", "records", 5), ("3 channels", "conversations", 3), ("incl. joins", "join", 1),
    ),
    "slack/zulip_normal_thread.json": (("2 threads", "replies", 2),),
    "linkedin/sample_export.zip": (
        ("463 conversations", "conversations", 463), ("133 distinct FROM", "names", 133),
        ("14,870 multi-line CONTENT", "several lines", 14_870),
    ),
    "sms-backup-restore/br_sms_sample.xml": (
        ("2 sms", "sms", 2), ("1 mms", "mms", 1), ("(2 parts)", "attachment present", 1),
    ),
    "sms-backup-restore/mc_sms-test.xml": (
        ("6 sms", "sms", 6), ("9 mms", "mms", 9), ("5 addresses", "conversations", 5),
        ("count attr 15 = actual", "warnings", 0),
    ),
    "sms-backup-restore/mc_calls-test_00.xml": (
        ("8 out", "direction out", 8), ("3 missed", "missed_call", 3), ("1 in", "direction in", 4),
        ("-05:00 in Nov/Dec", "readable_date -05:00", 8), ("-04:00 in April", "readable_date -04:00", 4),
        ("count attr says 56", "says the file states 56 entries, and 12 were found", 1),
    ),
    "sms-backup-restore/synthetic/sms-traps.xml": (
        ("3 sms", "sms", 3), ("1 mms", "mms", 1), ("-> 😀", "says 😀", 1), ('body "null"', "flag null_text", 1),
        ("type 5 = failed draft (never delivered)", "flag never_sent", 1),
        ("readable_date implies +00:00", "readable_date +00:00", 3),
        ("+01:00 for 31 Mar 02:01", "readable_date +01:00", 1),
        ("count attr 99 vs 4", "says the file states 99 entries, and 4 were found", 1),
    ),
    "call-logs/synthetic/calls-20240305.xml": (
        ("missed 2", "missed_call", 2), ("incoming 1", "outcome answered", 1), ("65 s", "lasted 65 s", 1),
        ("refused 1", "outcome refused", 1),
    ),
    "imazing/br_messages.csv": (("1 attachment", "attachment missing", 1),),
    "imazing/br_whatsapp.csv": (
        ("1 forwarded image", "flag forwarded", 1), ("image", "attachment missing", 1),
    ),
    "x-twitter/synthetic/data/": (
        ("3 tweets + 1 deleted tweet", "post", 4), ("1 deleted", "deleted", 1), ("2 DMs + 1 group DM", "message", 3),
        ("2 join/leave events", "join", 1), ("join/leave", "leave", 1), ("&amp;/&lt; unescape", "says &amp;", 0),
    ),
    "mastodon/synthetic/archive-20240105000000-abcdef.tar.gz": (
        ("totalItems says 3", "says totalItems says 3, 2 are there", 1), ("visibility direct", "visibility direct", 1),
        ("object.updated = edited", "edited", 1), ("1 media inside tar", "attachment present", 1),
        ("Announce", "flag repost", 1),
    ),
    "mastodon/synthetic/api_status.json": (
        ("edited_at set", "edited", 1), ("local id differs from remote uri", "flag local_id", 1),
    ),
    "bluesky/atproto-sdk/thread_view_post_with_embed_media.json": (
        ("post + quoted post", "post", 2), ("quoted post", "flag quotes", 1), ("indexedAt", "time indexed", 2),
    ),
    "bluesky/indigo/fakermaker.repo.car": (
        ("22 likes", "likes", 22), ("15 reposts", "notice", 15), ("78 follows", "follow", 78),
        ("1 profile", "profile other", 1), ("root commit signature VALID", "commit signature: good", 26),
        ("-07:00 offset", "zone -07:00", 119),
    ),
    "bluesky/indigo/repo_slice.car": (("proof slice", "commit signature: not_checked", 1),),
    "snapchat/synthetic/": (
        ("1 snap", "snap", 1), ("STATUSERASEDMESSAGE", "erased", 1), ("b~AAA present", "attachment present", 1),
        ("b~BBB missing", "attachment missing", 1), ("2 TEXT + 1 MEDIA + 1 group TEXT", "message", 4),
    ),
    "tiktok/synthetic/user_data_tiktok.json": (
        ("3 DMs", "message", 3), ("1 comment", "comment", 1), ("1 block", "block", 1),
    ),
    "reddit/synthetic/": (
        ("2 comments", "comment", 2), ("1 post", "post", 1), ("2 PMs + 2 chats", "message", 4),
        ('"=HYPERLINK("', "says =HYPERLINK(", 1), ("[removed] chat", "flag placeholder_text", 1),
    ),
    "skype/synthetic/messages.json": (
        ("edited=1", "edited", 1), ("deleted=1", "deleted", 1), ("missed call=1", "missed_call", 1),
    ),
    "youtube-takeout/synthetic/": (
        ("2 comments", "comment", 2), ("one reply", "replies", 1), ("1 live chat", "message", 1),
    ),
    "email/mbox/mk_simple.mbox.txt": (("From_ line has no date", "time mailbox", 0),),
    "email/mbox/mk_unmunged.mbox.txt": (("From Russia with love", "says From Russia with love", 2),),
    "email/dkim/mk_gmail_no-end-boundary.eml": (("DKIM passes", _DKIM + "good", 1),),
    "email/msg/hm_Attach_sample_eml_received.msg": (("1 attachment", "attachment present", 1),),
    "email/msg/hm_attachmentFiles.msg": (("3 attachments", "attachment present", 3),),
    "email/msg/hm_voteNo.msg": (("Japanese subject", "says いいえ", 1),),
    "email/msg/hm_Subject.msg": (("no date", "without time", 1), ("To/Cc/Bcc present", "recipients", 3)),
    "email/msg/hm_msgInMsg.msg": (("2 attachments", "attachment present", 2),),
    "har/single_entry.har": (("must be rejected politely", "says one entry of a HAR, not a whole one", 1),),
    "har/missing_pageref.har": (("without pageref/startedDateTime", "flag no_date", 2),),
    "har/synthetic/chromium_forum_thread.har": (
        ("a fake session cookie and a fake Bearer header", "secrets", 6),
    ),
    "mhtml/synthetic/chromium_forum_thread.mhtml": (
        ("4 parts", "attachment present", 3), ("Chromium", "page", 1), ("Date is the SAVE time", "time saved", 1),
        ("SAVE time", "without time", 1), ("third comment loaded late", "says third comment loaded late", 1),
        ("URL in Snapshot-Content-Location", "url http://127.0.0.1:8765/", 1),
    ),
    "mhtml/lc_blink_example.mht": (
        ("Date Fri, 16 Jun 2023 19:32:59 -0000", "time saved", 1), ("https://langchain.com/", "page", 1),
        ("https://langchain.com/", "url https://langchain.com/", 1),
    ),
    "singlefile/synthetic/forum_thread_singlefile.html": (
        ("SingleFile", "page", 1), ("saved date", "time saved", 1), ("url", "url http://127.0.0.1:8765/", 1),
    ),
    "savepage/synthetic/": (
        ("a Safari .webarchive", "page", 2), ("_files folder", "attachment present", 3),
        ("https://forum.example/thread/1", "url https://forum.example/thread/1", 2),
    ),
    _EML + "01_valid_relaxed.eml": (("DKIM: pass", _DKIM + "good", 1),),
    _EML + "02_valid_as_lf_file.eml": (("DKIM: pass (after CRLF normalisation)", _DKIM + "good", 1),),
    _EML + "03_body_tampered.eml": (("DKIM: fail: body", _DKIM + "changed", 1), ("body", "says body", 1)),
    _EML + "04_subject_tampered.eml": (("DKIM: fail: header", _DKIM + "changed", 1), ("header", "says header", 1)),
    _EML + "05_mailing_list_footer.eml": (("DKIM: fail: body", _DKIM + "changed", 1), ("body", "says body", 1)),
    _EML + "06_l_tag_appended_text.eml": (
        ("DKIM: pass", _DKIM + "note", 1), ("text beyond l= is unsigned", "flag dkim_unsigned_tail", 1),
    ),
    _EML + "07_simple_simple_valid.eml": (("DKIM: pass", _DKIM + "good", 1),),
    _EML + "08_simple_header_refolded.eml": (
        ("DKIM: fail: header", _DKIM + "changed", 1), ("header", "says header", 1),
    ),
    _EML + "09_unknown_selector_key_gone.eml": (("unverifiable: no key", "DKIM 1: not_checked", 1),),
    _EML + "10_revoked_key.eml": (
        ("unverifiable: key revoked", _DKIM + "not_checked", 1), ("p=", "says has withdrawn this key (empty p=)", 1),
    ),
    _EML + "11_test_mode_key.eml": (("DKIM: pass", _DKIM + "good", 1), ("t=y", "says t=y", 1)),
    _EML + "12_forged_authres_no_signature.eml": (
        ("no signature", "DKIM: not_checked", 1), ("only a claim", "Authentication-Results: note", 1),
    ),
    _EML + "13_second_from_prepended.eml": (("DKIM: fail", _DKIM + "changed", 1), ("From", "flag several_from", 1)),
    _EML + "14_signature_expired_x.eml": (
        ("mathematically valid", _DKIM + "good", 1),
        ("expired (x=)", "says it was valid until 2024-03-06 18:00:03 UTC (x=)", 1),
    ),
}  # fmt: skip

NOT_COUNTED: dict[str, str] = {
    "whatsapp/synthetic/android_en-GB_dst.txt": "what the declared zone makes of it is a test of its own",
    _THREAD.format("json_multifile") + "inbox/dave_MULTI/*": "the order of the texts is a test of its own",
    _THREAD.format("html_simple")
    + "inbox/alice_ABC123/message_1.html": "the precision is that of first and last",
    _THREAD.format("corrupt") + "inbox/broken_BAD/message_1.json": "that it is kept is its state",
    "instagram/cm_message_1_minimal.json": "says what the file lacks",
    "telegram/cm_result_batch.json": "says what the file lacks",
    "tiktok/synthetic/user_data_legacy.json": "says how the sections are spelt: they are read or counts differ",
    "call-logs/synthetic/ios_call_history_generic.csv": "the mapping is given, or nothing is read",
    "email/mbox/mk_issue1189.mbox.txt": "the offsets are a test of their own",
    "email/dkim/sa_rfc8463_ed25519_rsa.txt": "no mail that anybody holds; its signatures are a test of their own",
    "email/dkim/sa_rfc6376_simple.txt": "no mail that anybody holds; its signature is a test of its own",
    "har/humanssuck.net.har": "that entries are events is the count of messages",
    "har/no_title.har": "the page without a title leaves the entries as they are",
}
"""Notes from which no fact is counted here, and why."""
