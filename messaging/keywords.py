"""The words by which people stop, start and ask for help over SMS and WhatsApp. Only a message of that word alone counts.

English words: Twilio, "Support for opt-out keywords", and the FCC's rule on revoking consent (47 CFR 64.1200(a)(10));
the other languages: what Twilio's Advanced Opt-Out and national carriers take.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

STOP: Final = "stop"
START: Final = "start"
HELP: Final = "help"


class Keyword(NamedTuple):
    """`doubtful`: people also write it as an answer to a question."""

    action: str
    word: str
    doubtful: bool = False


_DOUBTFUL = frozenset(
    "cancel end quit remove yes annuler abbrechen ende cancelar terminar sair parar annulla anuluj zrusit iptal batal отмена"
    " скасувати الغاء 取消 キャンセル 취소 ยกเลิก".split()
)
_STOP = """
stop stopall unsubscribe cancel end quit revoke optout opt-out remove
arret arreter arretez stopper desabonner desinscrire annuler
stopp abmelden abbestellen abbrechen ende
parar baja cancelar detener terminar
pare sair remover descadastrar
ferma basta annulla cancellami disiscrivi
stoppen afmelden uitschrijven
stoppa avsluta avregistrera frameld afmeld avmeld peruuta lopeta
zatrzymaj wypisz rezygnuj anuluj odhlasit zrusit leiratkozas
стоп отписка отписаться отмена
стоп відписатися скасувати
dur iptal durdur
توقف إيقاف الغاء إلغاء
עצור הסר
停止 退订 取消 td 退訂 配信停止 ストップ
수신거부 중지 거부
berhenti henti batal
หยุด ยกเลิก
रोकें बंद
"""
_START = """
start yes unstop subscribe resume optin opt-in
demarrer reprendre
starten anmelden
empezar iniciar comenzar
comecar
inizia avvia
старт начать підписатися
basla
ابدأ
התחל
开始 訂閱 订阅 再開 開始
시작
mulai mula
"""
_HELP = """
help info
aide hilfe ayuda ajuda aiuto hulp hjalp apua pomoc napoveda segitseg
помощь справка допомога
yardim
مساعدة
עזרה
帮助 幫助 ヘルプ
도움말
bantuan
"""


def _plain(text: str) -> str:
    """Lower case, without accents, marks around it and doubled spaces."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    folded = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w\s-]|_", " ", unicodedata.normalize("NFC", folded)).split())


def _phrases(lines: str) -> set[str]:
    known = {word for line in lines.splitlines() for word in line.split()}
    return {_plain(word) for word in known if len(word) > 1}


_WORDS: dict[str, str] = (
    dict.fromkeys(_phrases(_HELP), HELP)
    | dict.fromkeys(_phrases(_START) | {"opt in"}, START)
    | dict.fromkeys(_phrases(_STOP) | {"stop all", "opt out", "cancelar suscripcion", "se desabonner"}, STOP)
)


def read_keyword(text: str, *, said: str = "") -> Keyword | None:
    """The keyword that the whole message is; `said` is what the provider took it for ("STOP"), which counts before.

    "Stop", "STOP." and " stop " count; "stop please" and "Don’t stop" are words of a person.
    """
    plain = _plain(text[:60]) if len(text) < 60 else ""
    action = said.strip().lower() if said.strip().lower() in (STOP, START, HELP) else _WORDS.get(plain)
    return Keyword(action, plain, plain in _DOUBTFUL) if action else None
