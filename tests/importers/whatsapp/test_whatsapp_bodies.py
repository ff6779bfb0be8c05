"""What entries say, in many languages: media, deleted and edited messages, calls, notices."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.importers.whatsapp.whatsapp_reading import ios, read_path, read_text, write_zip

from abusekit.importers.whatsapp.labels import unmarked
from abusekit.importers.whatsapp.notices import notice_kind

START = "[14/03/2024, 21:05:00] Ava: \u200eMessages and calls are end-to-end encrypted. Tap to learn more."


def android(*texts: str) -> str:
    return "".join(f"14/03/2024, 21:05 - Ava: {text}\n" for text in texts)


def marked(*texts: str) -> str:
    return ios(START, *(f"[14/03/2024, 21:05:0{n}] Ava: {text}" for n, text in enumerate(texts)))


@pytest.mark.parametrize(
    "label",
    [
        "<Media omitted>", "<Medien ausgeschlossen>", "<Multimedia omitido>", "<Médias omis>", "<Media omessi>",
        "<Mídia oculta>", "<Ficheiro não revelado>", "<Media weggelaten>", "<Pominięto multimedia>",
        "<Medya dahil edilmedi>", "<मीडिया के बिना>", "<تم استبعاد الوسائط>", "<Media jätettiin pois>", "<メディアなし>",
        "image omitted", "Bild weggelassen", "imagen omitida", "immagine omessa", "image absente", "imagem ocultada",
        "afbeelding weggelaten", "obraz pominięty", "görüntü dahil edilmedi", "फ़ोटो हटाई गई", "ei kuvaa",
        "画像は含まれていません", "GIF omitted", "Çıkartma dahil edilmedi",
        "Contact card omitted", "<Video note omitted>",
    ],
)  # fmt: skip
def test_media_left_out(tmp_path: Path, label: str) -> None:
    (message,) = read_text(tmp_path, android(label)).messages
    assert [(one.state, one.name) for one in message.attachments] == [("omitted", label)]
    assert (message.text, message.text_raw) == ("", label)
    (message,) = read_text(tmp_path, marked("\u200e" + label)).messages
    assert [(one.state, one.name) for one in message.attachments] == [("omitted", label)]


@pytest.mark.parametrize(
    "words",
    [
        "file attached", "Datei angehängt", "archivo adjunto", "fichier joint", "file allegato", "arquivo anexado",
        "ficheiro anexado", "bestand bijgevoegd", "plik załączony", "dosya ekli", "फाइल अटैच कर दी गई है", "الملف مرفق",
        "liitetiedosto", "添付ファイル有り",
    ],
)  # fmt: skip
def test_attached_on_android(tmp_path: Path, words: str) -> None:
    text = android(f"\u200eIMG-20240314-WA0001.jpg ({words})\nlook at this\n(twice)")
    (message,) = read_text(tmp_path, text).messages
    (one,) = message.attachments
    assert (one.name, one.state, message.text) == (
        "IMG-20240314-WA0001.jpg",
        "missing",
        "look at this\n(twice)",
    )
    assert one.created is not None
    assert (one.created.at, one.created.precision, one.created.clock) == ("2024-03-14", "day", "file")


@pytest.mark.parametrize(
    "label",
    [
        "<attached: {}>", "<Anhang: {}>", "<adjunto: {}>", "<pièce jointe : {}>", "<allegato: {}>", "<anexado: {}>",
        "<bijgevoegd: {}>", "<załączono: {}>", "<{} eklendi>", "<अटैच किया गया: {}>", "<المُرفق: {}>", "<liite: {}>",
        "<添付ファイル: {}>",
    ],
)  # fmt: skip
def test_attached_on_ios(tmp_path: Path, label: str) -> None:
    name = "00000007-PHOTO-2024-03-14-21-05-00.jpg"
    (message,) = read_text(tmp_path, marked("a caption \u200e" + label.format(name))).messages
    (one,) = message.attachments
    assert (one.name, one.state, message.text) == (name, "missing", "a caption")
    assert one.created is not None
    assert one.created.at == "2024-03-14T21:05:00"


def test_media_beside_the_chat(tmp_path: Path) -> None:
    photo = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"x" * 40
    path = write_zip(
        tmp_path / "c.zip",
        {
            "a/_chat.txt": android(
                "P.jpg (file attached)", "Q.jpg (file attached)", "../P.jpg (file attached)"
            ).encode(),
            "a/P.jpg": photo,
            "Q.jpg": photo,
        },
    )
    found = read_path(path)
    assert [
        (one.state, one.member, one.media_type) for message in found.messages for one in message.attachments
    ] == [
        ("present", "a/P.jpg", "image/jpeg"),
        ("missing", "", ""),
        ("missing", "", ""),
    ]
    assert found.notes.read_members == {"a/P.jpg"}
    assert any("2 attached files" in text for text in found.notes.warnings)


@pytest.mark.parametrize(
    ("label", "state"),
    [
        ("This message was deleted", "by_author"), ("You deleted this message", "by_owner"),
        ("This message was deleted by admin Ben.", "by_other"),
        ("Diese Nachricht wurde gelöscht", "by_author"), ("Du hast diese Nachricht gelöscht", "by_owner"),
        ("Se eliminó este mensaje", "by_author"), ("Eliminaste este mensaje", "by_owner"),
        ("Ce message a été supprimé", "by_author"), ("Vous avez supprimé ce message", "by_owner"),
        ("Questo messaggio è stato eliminato", "by_author"), ("Hai eliminato questo messaggio", "by_owner"),
        ("Mensagem apagada", "by_author"), ("Você apagou esta mensagem", "by_owner"),
        ("Dit bericht is verwijderd", "by_author"), ("U hebt dit bericht verwijderd", "by_owner"),
        ("Ta wiadomość została usunięta", "by_author"), ("Usunięto tę wiadomość", "by_owner"),
        ("Bu mesaj silindi", "by_author"), ("Bu mesajı sildiniz", "by_owner"),
        ("यह मैसेज डिलीट कर दिया गया है", "by_author"), ("आपने यह मैसेज डिलीट किया", "by_owner"),
        ("تم حذف هذه الرسالة", "by_author"), ("لقد حذَفت هذه الرسالة", "by_owner"),
        ("Tämä viesti poistettiin", "by_author"), ("Poistit tämän viestin", "by_owner"),
        ("このメッセージは削除されました。", "by_author"), ("このメッセージを削除しました", "by_owner"),
    ],
)  # fmt: skip
def test_deleted_messages(tmp_path: Path, label: str, state: str) -> None:
    for text in (android(label), marked("\u200e" + label), marked("\u200e" + label.rstrip(".") + ".")):
        (message,) = read_text(tmp_path, text).messages
        assert message.deleted is not None
        assert message.deleted.state == state
        assert label.rstrip(".") in message.text


@pytest.mark.parametrize(
    "label",
    [
        "<This message was edited>", "<Diese Nachricht wurde bearbeitet.>", "<Se editó este mensaje.>",
        "<Ce message a été modifié>", "<Questo messaggio è stato modificato>", "<Mensagem editada>",
        "<Dit bericht is bewerkt>", "<Ta wiadomość została zmieniona>", "<Bu mesaj düzenlendi>",
        "<تم تعديل هذه الرسالة>", "<Tätä viestiä on muokattu>",
    ],
)  # fmt: skip
def test_edited_messages(tmp_path: Path, label: str) -> None:
    for text in (android(f"one\ntwo {label}"), marked(f"one\r\ntwo \u200e{label}")):
        (message,) = read_text(tmp_path, text).messages
        assert message.edited is not None
        assert message.edited.state == "yes"
        assert message.text == "one\ntwo"
        assert message.text_raw is not None
        assert label in message.text_raw


def test_where_labels_carry_a_mark_words_without_it_are_a_persons_own(tmp_path: Path) -> None:
    found = read_text(
        tmp_path,
        marked(
            "This message was deleted",
            "image omitted",
            "x <This message was edited>",
            "<attached: a.jpg>",
            "Missed voice call",
        ),
    )
    assert [one.text for one in found.messages] == [
        "This message was deleted", "image omitted", "x <This message was edited>", "<attached: a.jpg>",
        "Missed voice call",
    ]  # fmt: skip
    assert {one.flags for one in found.messages} == {("label_without_mark",)}
    assert not any(one.deleted or one.edited or one.attachments for one in found.messages)


@pytest.mark.parametrize(
    ("text", "kind", "outcome", "seconds"),
    [
        ("\u200eMissed voice call, \u200eTap to call back", "missed_call", "missed", None),
        ("\u200eMissed video call", "missed_call", "missed", None),
        ("\u200eVoice call, \u200e5 min", "call", "answered", 300),
        ("\u200eVideo call. \u200e1 hr 2 min", "call", "answered", 3720),
        ("\u200eVideo call, \u200eNo answer", "call", "missed", None),
        ("\u200eVerpasster Sprachanruf. \u200eTippe, um zurückzurufen", "missed_call", "missed", None),
        ("\u200eSesli arama. \u200eCevaplanmadı", "call", "missed", None),
        ("\u200eYou blocked this contact", "block", "", None),
        ("\u200eBloqueaste a este contacto. Toca para desbloquearlo.", "block", "", None),
        ("\u200eDu hast diesen Kontakt freigegeben", "unblock", "", None),
        ("\u200eYour security code with Ben changed. Tap to learn more.", "security_code", "", None),
        ("\u200eAva changed the subject from “a” to “b”", "title_change", "", None),
        ("\u200eAva added Ben", "join", "", None),
    ],
)
def test_notices_under_a_name(
    tmp_path: Path, text: str, kind: str, outcome: str, seconds: int | None
) -> None:
    found = read_text(tmp_path, marked(text))
    assert found.messages == []
    event = found.events[1]
    assert (event.kind, event.outcome, event.duration_s, event.text) == (
        kind,
        outcome,
        seconds,
        unmarked(text),
    )
    assert event.author is not None
    assert event.author.name == "Ava"


@pytest.mark.parametrize(
    ("text", "kind", "target"),
    [
        ("Ben left", "leave", "Ben"), ("Ava removed Ben", "leave", "Ben"), ("You left", "leave", ""),
        ("Ava added Ben", "join", "Ben"), ("Ben joined using this group's invite link", "join", "Ben"),
        ("Ava hat Ben hinzugefügt", "join", "Ben"), ("Ben hat die Gruppe verlassen", "leave", "Ben"),
        ("Ava añadió a Ben", "join", "Ben"), ("Ben salió", "leave", "Ben"), ("Ava a ajouté Ben", "join", "Ben"),
        ("Ben est parti", "leave", "Ben"), ("Ava ha aggiunto Ben", "join", "Ben"),
        ("Ben ha abbandonato", "leave", "Ben"),
        ("Ava adicionou Ben", "join", "Ben"), ("Ben saiu", "leave", "Ben"), ("Ava heeft Ben toegevoegd", "join", "Ben"),
        ("Ben heeft de groep verlaten", "leave", "Ben"), ("Ava dodał(a) Ben", "join", "Ben"),
        ("Ben opuścił(a)", "leave", "Ben"),
        ("Ava, Ben kişisini ekledi", "join", "Ben"), ("Ben ayrıldı", "leave", "Ben"),
        ("Ava ने Ben को जोडा", "join", "Ben"),
        ("Ava أضاف Ben", "join", "Ben"), ("Ben غادر", "leave", "Ben"), ("Ava lisäsi henkilön Ben", "join", "Ben"),
        ("Ben poistui", "leave", "Ben"), ("AvaがBenを追加しました", "join", "Ben"), ("Ben が退出", "leave", "Ben"),
        ('Ava changed the subject to "x: y"', "title_change", ""), ('Ava created group "Plan: B"', "system", ""),
        ("Ava changed this group's icon", "system", ""), ("Missed voice call at 10:05", "missed_call", ""),
        ("Ava changed the group name to https://a.example", "title_change", ""),
        ("Ava turned on disappearing messages. New messages will disappear.", "notice", ""),
        ("Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt. Niemand …", "notice", ""),
        ("something that no table holds", "system", ""),
    ],
)  # fmt: skip
def test_lines_of_whatsapp_itself(tmp_path: Path, text: str, kind: str, target: str) -> None:
    found = read_text(tmp_path, f"14/03/2024, 21:05 - Ava: x\n14/03/2024, 21:06 - {text}\n")
    (event,) = found.events
    assert (event.kind, event.text, event.author) == (kind, text, None)
    assert (event.target.name if event.target else "") == target


def test_people_may_say_what_a_notice_says(tmp_path: Path) -> None:
    said = [
        "Ben left",
        "You left",
        "You blocked this contact",
        "Ava added Ben",
        "\u200eshe left",
        "call me, 5 min",
    ]
    found = read_text(tmp_path, marked(*said))
    assert [one.text for one in found.messages] == said
    assert len(read_text(tmp_path, android(*said)).messages) == len(said)


def test_polls_and_places_are_counted_and_kept(tmp_path: Path) -> None:
    poll = "UMFRAGE:\nWer kommt?\nOPTION: Ich (1 Stimme)\nOPTION: Du (0 Stimmen)"
    found = read_text(
        tmp_path, android(poll, "location: https://maps.google.com/?q=51.5,-0.14", "POLL:\na\nb", "a\nb\nc")
    )
    assert found.messages[0].text == poll
    assert found.notes.counts["polls"] == 2
    assert found.notes.counts["locations"] == 1


def test_a_notice_takes_no_long_time() -> None:
    assert notice_kind("You added " * 500) is None
    assert notice_kind("a added " * 70) is not None
