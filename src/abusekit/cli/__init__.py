"""The command line: the only folder that knows click. One file per verb, loaded when it is called.

`COMMANDS` is the table of verbs: name, module, line for `abusekit --help` (the start of the command's own
help, which a test compares). Modules keep heavy imports inside functions, so that `--help` stays fast.
"""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    name: str
    module: str
    """Module in abusekit.cli; its object of the same name (dashes as underscores) is the click command."""
    line: str


COMMANDS: tuple[Command, ...] = (
    Command("init", "init", "Start a case in a new folder."),
    Command("capture", "capture", "Capture addresses into the case."),
    Command("recheck", "recheck", "Look again at captured addresses, and say what became of them."),
    Command("record", "record", "Record an address without fetching it: only what you say about it."),
    Command("add", "add", "Take in files as they are: photos, screenshots, recordings, documents."),
    Command("import", "import_export", "Take in exports: chats, mails, calls, platform downloads."),
    Command("note", "note", "Write a diary entry, in the person's own words."),
    Command("list", "list", "List what is in the case; content stays covered."),
    Command("show", "show", "Show one item; its content only with --reveal."),
    Command("find", "find", "Find words, accounts, times or marks in all that the case holds."),
    Command("tag", "tag", "Label an item: category, severity, anything."),
    Command("withdraw", "withdraw", "Withdraw an item; it stays, marked, with the reason."),
    Command("quarantine", "quarantine", "Put an item in quarantine; nothing shows or deletes it."),
    Command("verify-note", "verify_note", "Record that a person read a diary entry and stands by it."),
    Command("corroborate", "corroborate", "Record that another item shows the same thing."),
    Command("account", "account", "Accounts over their changes of name, and links between them."),
    Command("custody", "custody", "Who had what, where, and why."),
    Command("settings", "settings", "Show or change the settings of the case."),
    Command("hash", "hash", "Print SHA-256 digests as sha256sum does, or check a list of them."),
    Command("key", "key", "Create and show signing keys; they live outside of every case."),
    Command("authority", "authority", "Time-stamp authorities: which can be asked, and which are trusted."),
    Command("manifest", "manifest", "First step of sealing: state the log and list every file."),
    Command("sign", "sign", "Second step of sealing: sign the newest seal."),
    Command("seal", "seal", "Seal the case: manifest and signature in one."),
    Command("timestamp", "timestamp", "Ask authorities for time stamps over the newest seal."),
    Command("verify", "verify", "Check a case, and say what each check proves."),
    Command("export", "export", "Make copies of the case for others."),
    Command("timeline", "timeline", "Everything that has a time, in one list."),
    Command(
        "browser", "browser", "Log in to sites for captures, in profiles that live outside of every case."
    ),
    Command("erase", "erase", "Erase an item because the law asks for it; it cannot be undone."),
    Command("recover", "recover", "Mend a case after a crash or a power cut, and log it."),
    Command("doctor", "doctor", "Check this computer: clock, programs, keys, extras."),
    Command("demo", "demo", "Run the whole main job on a practice site."),
    Command("completion", "completion", "Print the line that turns on completion in your shell."),
)
