"""The words that WhatsApp puts in place of what a text file cannot hold, per language.

They are facts about exports, collected from the translations of the Android app (`email_media_omitted`,
`email_file_attached`, `revoked_msg_*`, `missed_*`), from those of the iOS app as gathered by starkdmi/whats_json,
and from samples in the threads that formats.md 3.1 names. A label is compared after `plain`. Anybody can type
these words: on iOS the real ones carry a left-to-right mark, on Android nothing tells them apart.
"""

from __future__ import annotations

import re

_MARKS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]+")
_SPACES = re.compile("[ \t\u00a0\u2009\u202f]+")
LONGEST = 200
"""Characters of the longest text that is compared with a label."""


def unmarked(text: str) -> str:
    """Without the invisible marks that set the direction of writing."""
    return text if text.isascii() else _MARKS.sub("", text)


def plain(text: str) -> str:
    """As labels are compared: no marks, single spaces, no full stop at the end, no difference of case."""
    return _SPACES.sub(" ", unmarked(text)).strip().rstrip(".。।").casefold()


def _set(*lines: str) -> frozenset[str]:
    return frozenset(plain(label) for line in lines for label in line.split("|"))


def _kinds(table: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {label: kind for kind, lines in table.items() for label in _set(*lines)}


OMITTED = _kinds(
    {
        "media": (  # Android names no kind
            "Media omitted|Medien ausgeschlossen|Medien weggelassen|Multimedia omitido|Archivo omitido",
            "Médias omis|Fichier omis|Media omessi|Media omesso|Mídia oculta|Mídia omitida",
            "Arquivo de mídia oculto|Ficheiro não revelado|Media weggelaten|Pominięto multimedia|pliki pominięto",
            "Medya dahil edilmedi|Medya atlanmış|मीडिया के बिना|تم استبعاد الوسائط|Media jätettiin pois",
            "Media jätetty pois|メディアなし|メディアは含まれていません|Без медиафайлов|Файл пропущен",
            "Media utelämnat|Media har utelämnats|medier udeladt|Mediefil udeladt|Media utelatt|Uten vedlegg",
            "αρχείο παραλήφθηκε|Εξαίρεση πολυμέσων|המדיה לא נכללה|מדיה הושמטה|Média vynechány|Média vynechána",
            "Conținut media omis|média elhagyva|Hiányzó médiafájl|미디어 파일 제외됨|미디어 파일을 생략한 대화내용",
            "忽略多媒體檔|省略多媒体文件|медіа пропущено|رسانه حذف شد|media tidak disertakan|Mitjans omesos",
            "fitxers multimèdia omesos|میڈیا چھوڑ دیا گیا",
        ),
        "image": (
            "image omitted|Bild weggelassen|imagen omitida|image absente|image omise|immagine omessa",
            "imagem ocultada|imagem não revelada|afbeelding weggelaten|obraz pominięty|görüntü dahil edilmedi",
            "फ़ोटो हटाई गई|لم يتم إدراج الصورة|ei kuvaa|画像は含まれていません|изображение отсутствует|bild utesluten",
            "billede udeladt|bilde ikke inkludert|εικόνα παραλείφθηκε|התמונה הושמטה",
            "이미지 생략됨|照片已忽略|圖片已略去",
        ),
        "video": (
            "video omitted|Video weggelassen|Video omitido|vidéo absente|vidéo omise|video omesso|vídeo omitido",
            "vídeo ocultado|vídeo não revelado|video weggelaten|wideo pominięte|video dahil edilmedi|वीडियो छोड़ा गया",
            "لم يتم إدراج الفيديوهات|videota ei sisällytetä|ビデオは含まれていません|видео отсутствует|video utesluten",
            "video udeladt|video utelatt|βίντεο παραλείφθηκε|סרטון הווידאו הושמט|비디오 생략됨|视频已忽略|影片已略去",
        ),
        "video note": ("video note omitted|video message omitted|Nota de video omitida",),
        "audio": (
            "audio omitted|Audio weggelassen|audio omitido|audio omis|audio omesso|áudio ocultado|áudio omitido",
            "ficheiro de áudio não revelado|audio weggelaten|audio pominięte|ses dahil edilmedi|ऑडियो हटाई गयी",
            "لم يتم إدراج المقاطع الصوتية|äänitiedostoa ei sisällytetä|音声は含まれていません|аудиофайл отсутствует",
            "ljud utelslutet|lyd udeladt|lyd utelatt|ήχος παραλείφθηκε|קטע קול הושמט",
            "오디오 생략됨|音频已忽略|音訊已略去",
        ),
        "sticker": (
            "sticker omitted|Sticker weggelassen|sticker omitido|sticker omis|sticker non incluso|figurinha omitida",
            "sticker não revelado|sticker weggelaten|pominięto naklejkę|Çıkartma dahil edilmedi|स्टिकर छोड़ा गया",
            "تم حذف الملصقات|tarraa ei sisällytetty|スタンプは含まれていません|стикер не добавлен|sticker utesluten",
            "klistermærke udeladt|klistremerke utelatt|αυτοκόλλητο παραλήφθηκε|סטיקר הושמט|스티커 제외됨|贴图已省略",
        ),
        "GIF": (
            "GIF omitted|GIF weggelassen|GIF omitido|GIF retiré|GIF esclusa|GIF omitida|GIF não revelada",
            "GIF weggelaten|Plik GIF pominięty|GIF dahil edilmedi|GIF छोड़ा गया|لم يتم إدراج صورة GIF",
            "GIF-animaatio jätetty pois|GIFは含まれていません|GIF отсутствует|GIF utesluten|GIF udeladt|GIF utelatt",
        ),
        "document": (
            "document omitted|Dokument weggelassen|documento omitido|document manquant|documento omesso",
            "documento não revelado|document weggelaten|dokument pominięty|belge dahil edilmedi",
            "डॉक्यूमेंट छोड़ा गया|لم يتم إدراج المستند|dokumenttia ei sisällytetä|ドキュメントは含まれていません",
            "документ отсутствует|dokument uteslutet|dokument udeladt|utelatt dokument|έγγραφο παραλείφθηκε|מסמך הושמט",
        ),
        "contact": (
            "Contact card omitted|Kontaktkarte ausgelassen|Kontaktkarte weggelassen|Tarjeta de contacto omitida",
            "Fiche contact manquante|Scheda contatto omessa|Cartão do contato omitido|Contacto não revelado",
            "Visitekaartje weggelaten|Pominięta wizytówka kontaktu|Kişi kartı dahil edilmedi|連絡先カードを省略",
            "कॉन्टैक्ट कार्ड छोड़ा गया|لم يتم إدراج بطاقة جهة اتصال|Yhteystietokortti jätettiin pois",
            "Карточка контакта отсутствует|Kontaktkort uteslutet|Kontaktkort udeladt|Kontaktkort sløyfet",
        ),
        "view once": (
            "View once voice message omitted",
            "You received a view once message. For added privacy, you can only open it on your phone",
            "Recibiste un mensaje de visualización única. Para mayor privacidad, solo puedes abrirlo en tu teléfono",
        ),
        "elsewhere": (
            "Waiting for this message. This may take a while",
            "This message can't be displayed here. Please open WhatsApp on your phone to view the message",
            "No se puede mostrar este mensaje aquí. Para verlo, abre WhatsApp en tu teléfono",
        ),
    }
)
"""What stands in place of a medium that the export leaves out → its kind."""

ATTACHED_AFTER = _set(
    "file attached|Datei angehängt|archivo adjunto|archivo adjuntado|fichier joint|file allegato|arquivo anexado",
    "ficheiro anexado|bestand bijgevoegd|załączony plik|plik załączony|dosya ekli|dosya eklendi",
    "फाइल अटैच कर दी गई है|फ़ाइल अटैच की गई|الملف مرفق|liitetiedosto|tiedosto liitetty|添付ファイル有り|ファイル添付",
    "файл добавлен|bifogad fil|fil vedhæftet|vedlagt fil|συνημμένο αρχείο|קובץ מצורף|soubor byl přiložen",
    "fișier atașat|fájl csatolva|파일 첨부됨|文件附件|附件檔案|файл додано|file terlampir|arxiu adjunt",
)
"""Android: `IMG-20240305-WA0001.jpg (file attached)`: what stands in the brackets."""
ATTACHED_BEFORE = _set(
    "attached|Anhang|adjunto|pièce jointe|allegato|anexo|anexado|bijgevoegd|załączono|załączony|eklendi",
    "अटैच किया गया|المُرفق|مرفق|liite|添付ファイル|прикреплено|bifogat|vedhæftet|vedlagt|επισυνάφθηκε|מצורף",
    "příloha|atașare|csatolva|첨부됨|附件|додано|terlampir|adjunt",
)
"""iOS: `<attached: 00000004-PHOTO-….jpg>`: what stands before the colon; Turkish has it after the name."""
EDITED = _set(
    "This message was edited|Diese Nachricht wurde bearbeitet|Se editó este mensaje|Este mensaje fue editado",
    "Ce message a été modifié|Questo messaggio è stato modificato|Mensagem editada|Esta mensagem foi editada",
    "Dit bericht is bewerkt|Ta wiadomość została zmieniona|Ta wiadomość została edytowana|Bu mesaj düzenlendi",
    "تم تعديل هذه الرسالة|تم تعديل هذا المحتوى|Tätä viestiä on muokattu|Muokattu",
    "Это сообщение изменено|Сообщение изменено|ההודעה נערכה",
)
"""Between < and > at the end of a message. Those of Hindi and Japanese are not known."""
DELETED = {
    **dict.fromkeys(
        _set(
            "This message was deleted|Diese Nachricht wurde gelöscht|Se eliminó este mensaje",
            "Este mensaje fue eliminado|Ce message a été supprimé|Questo messaggio è stato eliminato",
            "Mensagem apagada|Esta mensagem foi apagada|Esta mensagem foi apagada pelo remetente",
            "Dit bericht is verwijderd|Ta wiadomość została usunięta|Bu mesaj silindi|تم حذف هذه الرسالة",
            "यह मैसेज डिलीट कर दिया गया है|यह संदेश मिटाया गया|Tämä viesti poistettiin|このメッセージは削除されました",
            "Данное сообщение удалено|Det här meddelandet raderades|Detta meddelande raderades",
            "Denne besked er blevet slettet|Denne besked blev slettet|Denne meldingen ble slettet",
            "Αυτό το μήνυμα διαγράφηκε|הודעה זו נמחקה|Tato zpráva byla smazána|Acest mesaj a fost șters",
            "Ez az üzenet törlésre került|이 메시지는 삭제되었습니다|这条消息已被删除|此訊息已刪除",
            "Це повідомлення було видалено|این پیام حذف شده است|Pesan ini dihapus|Aquest missatge s'ha suprimit",
        ),
        "by_author",
    ),
    **dict.fromkeys(
        _set(
            "You deleted this message|Du hast diese Nachricht gelöscht|Eliminaste este mensaje",
            "Vous avez supprimé ce message|Hai eliminato questo messaggio|Você apagou esta mensagem",
            "Apagou esta mensagem|U hebt dit bericht verwijderd|Je hebt dit bericht verwijderd",
            "Usunąłeś(aś) tę wiadomość|Usunąłeś(-ęłaś) tę wiadomość|Usunięto tę wiadomość|Bu mesajı sildiniz",
            "لقد حذَفت هذه الرسالة|أنت حذفت هذه الرسالة|आपने यह मैसेज डिलीट किया|आपने यह संदेश मिटाया",
            "Poistit tämän viestin|このメッセージを削除しました|Вы удалили данное сообщение|Вы удалили это сообщение",
            "Du raderade det här meddelandet|Du har slettet denne besked|Du slettet denne meldingen",
            "Διαγράψατε αυτό το μήνυμα|מחקת את ההודעה הזו|이 메시지를 삭제했습니다|您已删除这条消息|您已刪除此訊息",
        ),
        "by_owner",
    ),
    **dict.fromkeys(
        _set("This message was deleted by an admin|This message was deleted by admin"), "by_other"
    ),
}
"""A deleted message → who deleted it, as far as the words say: `You` is the person who exported."""

MISSED = _set(
    "Missed voice call|Missed video call|Missed group voice call|Missed group video call",
    "Verpasster Sprachanruf|Verpasster Videoanruf|Llamada perdida|Llamada de voz perdida|Videollamada perdida",
    "Appel vocal manqué|Appel vidéo manqué|Chiamata vocale persa|Videochiamata persa|Chamada de voz perdida",
    "Ligação de voz perdida|Chamada de vídeo perdida|Ligação de vídeo perdida|Videochamada perdida",
    "Gemist spraakgesprek|Gemist videogesprek|Gemiste spraakoproep|Gemiste video-oproep|Nieodebrane połączenie",
    "Nieodebrane poł. głosowe|Nieodebrane poł. wideo|Cevapsız sesli arama|Cevapsız görüntülü arama",
    "वॉइस कॉल मिस हुई|मिस्ड वॉइस कॉल|मिस्ड वीडियो कॉल|छूटी हुई ध्वनि कॉल|مكالمة صوتية فائتة|مكالمة فيديو فائتة",
    "Vastaamaton äänipuhelu|Vastaamaton videopuhelu|音声通話不在着信|ビデオ通話不在着信|不在着信",
    "Пропущенный аудиозвонок|Пропущенный видеозвонок|Missat röstsamtal|Missat videosamtal",
    "Ubesvaret taleopkald|Ubesvaret videoopkald|Αναπάντητη φωνητική κλήση|Αναπάντητη βιντεοκλήση",
)
CALLS = _set(
    "Voice call|Video call|Group voice call|Group video call|Sprachanruf|Videoanruf|Llamada de voz|Videollamada",
    "Appel vocal|Appel vidéo|Chiamata vocale|Videochiamata|Chamada de voz|Ligação de voz|Chamada de vídeo",
    "Ligação de vídeo|Spraakgesprek|Videogesprek|Połączenie głosowe|Połączenie wideo|Sesli arama|Görüntülü arama",
    "वॉइस कॉल|वीडियो कॉल|مكالمة صوتية|مكالمة فيديو|Äänipuhelu|Videopuhelu|音声通話|ビデオ通話",
)
"""A call, before a comma or full stop and what became of it (`Voice call, 5 min`)."""
NO_ANSWER = _set("No answer|Keine Antwort|Sin respuesta|Pas de réponse|Nessuna risposta|Cevaplanmadı")

POLLS = ("POLL:", "ANKET:")
"""The first line of a poll where seen; others are known by the shape of their options."""
