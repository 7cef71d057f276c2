"""What demo data is made of: places with their names, sources, courses, and what people say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A country with a city in it, how numbers there begin, and what people are called."""

    country: str
    city: str
    zone: str
    code: str
    language: str
    first: tuple[str, ...]
    last: tuple[str, ...]


def _place(country: str, city: str, zone: str, code: str, language: str, first: str, last: str) -> Place:
    return Place(country, city, zone, code, language, tuple(first.split()), tuple(last.split()))


PLACES = (
    _place(
        "PH",
        "Manila",
        "Asia/Manila",
        "63",
        "en",
        "Maria Jose Angelica Paolo Grace Ramon Liza",
        "Santos Reyes Cruz Bautista Ocampo Garcia",
    ),
    _place(
        "IN",
        "Kochi",
        "Asia/Kolkata",
        "91",
        "en",
        "Anjali Rahul Priya Arjun Meera Vikram Divya",
        "Nair Menon Pillai Thomas Varma Iyer",
    ),
    _place(
        "IT",
        "Rome",
        "Europe/Rome",
        "39",
        "it",
        "Giulia Marco Chiara Luca Sofia Matteo",
        "Rossi Bianchi Ferrari Russo Conti Greco",
    ),
    _place(
        "BR",
        "Recife",
        "America/Recife",
        "55",
        "pt",
        "Beatriz João Larissa Rafael Camila Thiago",
        "Silva Souza Oliveira Lima Barbosa Alves",
    ),
    _place(
        "EG",
        "Cairo",
        "Africa/Cairo",
        "20",
        "ar",
        "Hassan Mariam Omar Nour Youssef Salma",
        "Ali Farouk Mansour Saleh Nasser Hamdi",
    ),
    _place(
        "KE",
        "Nairobi",
        "Africa/Nairobi",
        "254",
        "en",
        "Wanjiru Brian Achieng Kevin Njeri Otieno",
        "Mwangi Odhiambo Kamau Wafula Kiptoo Njoroge",
    ),
    _place(
        "PL",
        "Kraków",
        "Europe/Warsaw",
        "48",
        "pl",
        "Łucja Piotr Zofia Jakub Hanna Michał",
        "Nowak Kowalska Wiśniewski Zając Król Wójcik",
    ),
    _place("VN", "Huế", "Asia/Ho_Chi_Minh", "84", "vi", "Linh Minh Thảo Quân Hương Đức", "Nguyễn Trần Lê Phạm Võ Đặng"),
    _place(
        "MX",
        "Puebla",
        "America/Mexico_City",
        "525",  # with the first digit of an area: numbers there have ten digits
        "es",
        "Ximena Diego Valeria Mateo Regina Emilio",
        "Hernández López Martínez Ramírez Torres Flores",
    ),
    _place(
        "UA",
        "Lviv",
        "Europe/Kyiv",
        "380",
        "uk",
        "Oksana Andriy Iryna Taras Kateryna Bohdan",
        "Shevchenko Kovalenko Bondar Melnyk Tkachuk Lysenko",
    ),
)

#: Whom they come from, the commonest first.
SOURCES = ("Website form", "Referral", "Education fair", "Instagram", "Partner agency", "Walk-in", "Newsletter")
COURSES = ("Nursing", "Hospitality", "Computing", "Business", "Welding", "Teaching")
TAGS = (
    ("Nursing", "plum"),
    ("Urgent", "red"),
    ("Scholarship", "green"),
    ("Family", "blue"),
    ("Second attempt", "amber"),
    ("Newsletter", "grey"),
)

#: Type -> subjects; {0} is a first name.
SUBJECTS: dict[str, tuple[str, ...]] = {
    "call": (
        "Call {0} about the visa",
        "Ring {0} back",
        "Ask {0} how the interview went",
        "Talk {0} through the next steps",
    ),
    "email": ("Send {0} the price list", "Answer {0}'s questions on housing", "Send {0} the document checklist"),
    "whatsapp": ("Remind {0} of the passport photo", "Tell {0} that the letter has arrived"),
    "video_call": ("Interview practice with {0}", "Go through the forms with {0}"),
    "meeting": ("Meet {0} at the office", "Sign the contract with {0}"),
    "document_review": ("Check {0}'s transcripts", "Read {0}'s motivation letter"),
    "visa_status": ("Ask the embassy about {0}", "Check {0}'s visa status"),
    "payment": ("Second instalment of {0}", "Deposit of {0}"),
}

#: Outcome -> what was noted.
SPOKEN: dict[str, tuple[str, ...]] = {
    "spoke": (
        "Keen, wants September.",
        "Has all papers but the medical.",
        "Asked about part-time work.",
        "Parents want to join the next call.",
    ),
    "booked": ("Appointment on Thursday.", "Interview is set."),
    "call_back_later": ("At work until six, call after that.", "Travelling, back on Monday."),
    "voicemail": ("Left a message.",),
    "no_answer": ("Rang twice.",),
    "not_interested": ("Chose another agency.", "Stays at home this year."),
    "done": ("Sent.", "Checked, all complete."),
    "replied": ("Answered within the hour.", "Will send the missing page."),
}
NOTES = (
    "Prefers calls after 18:00, her time. Sister already lives in Leeds.",
    "Budget is tight: ask about the scholarship before anything else.",
    "Passport runs out in spring; remind him to renew.",
    "Came with a friend who may sign up too.",
    "Very careful with forms. Wants everything in writing.",
    "Had a refusal two years ago; bring the old letter to the interview.",
)
