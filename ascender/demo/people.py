"""The demo's people before they are rows: made-up names, where they sit, whom they report to.

Every name is invented by pairing lists. No name here holds “Ada”, “Max”, “Lena”, “Sam” or “Cora”, not
even inside another one, so that searching for a login's first name finds that person alone.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

#: Region → pairs of first names and last names that go together.
NAMES = {
    "North America": [
        (
            "Olivia, Ethan, Grace, Caleb, Harper, Logan, Nora, Wyatt, Paige, Declan, Brooke, Tyler",
            "Whitaker, Callahan, Prescott, Holloway, Brennan, Thornton, Mercer, Langley, Garrison, O’Connell, Hayes",
        ),
        (
            "Imani, Terrence, Aaliyah, Marcus, Keisha, André, Simone, Darnell",
            "Baptiste, Jefferson, Gaines, Booker, Toussaint, Freeman, Rollins, Whitfield",
        ),
        (
            "Marisol, Gabriel, Daniela, Ramón, Teresa, Víctor, Elisa, Hugo",
            "Delgado-Reyes, Ortega, Márquez, Cisneros, Trujillo, Salazar, Benavides",
        ),
        ("Grace, Kevin, Jenny, Alan, Tiffany, Winston", "Ng, Takahashi, Cho, Bui, Kwan, Reyes-Lim"),
    ],
    "Latin America": [
        (
            "Valentina, Mateo, Lucía, Joaquín, Ximena, Andrés, Itzel, Renata, Álvaro, Íñigo",
            "Núñez, Castañeda, Herrera, Ibáñez, Fuentes Rojas, Quintero, Peña, Zárate, Villalobos, Arroyo",
        ),
        (
            "Thiago, Beatriz, João, Luana, Gonçalo, Inês, Caio, Marília",
            "Figueiredo, Araújo, Conceição, Teixeira, Magalhães, Nogueira, Assunção, Guimarães",
        ),
    ],
    "EMEA": [
        (
            "Jürgen, Anneliese, Moritz, Friederike, Silke, Götz, Katharina, Matthias",
            "Weiß, Grünwald, Krämer, Böttcher, Schäfer, Vogel, Rößler, Hartmann",
        ),
        (
            "Sigrún, Øyvind, Åsa, Mikkel, Eino, Þóra, Henrik, Aino, Torbjörn",
            "Hällström, Sørensen, Bjørnstad, Lindqvist, Mäkelä, Ångström, Nygård, Virtanen",
        ),
        (
            "Élodie, Thibault, Maëlle, Étienne, Anaïs, Joris, Sanne, Cédric, Noémie",
            "Lefèvre, Beaumont, van den Heuvel, D’Hondt, Desrosiers, Gauthier, de Vries, Thévenot",
        ),
        (
            "Giulia, Niccolò, Chiara, Lorenzo, Eleni, Stavros, Despina, Andrea",
            "Bianchi, D’Angelo, Moretti, Karras, Economou, Ferrante, Rinaldi, Vlachos",
        ),
        (
            "Zofia, Wojciech, Jiří, Ludmila, Bogdan, Katarzyna, Željko, Tereza, Oksana, Łukasz",
            "Nowak, Dvořák, Kovač, Horvat, Šimić, Mazur, Petrenko, Bondarenko, Hruška, Marković",
        ),
        (
            "Elif, Emre, Zeynep, Yusuf, Layla, Omar, Noor, Tariq, Shirin, Darius",
            "Yılmaz, Çelik, Şahin, Haddad, Al-Rashid, Mansour, Farahani, Khalil, Öztürk",
        ),
        (
            "Chidi, Ngozi, Kwame, Abena, Thandiwe, Sipho, Wanjiru, Tendai, Amara",
            "Mensah, Nwosu, Dlamini, Mwangi, Adeyemi, Boateng, Chukwu, Nkosi, Otieno",
        ),
        ("Niamh, Rhys, Isla, Ruairí, Siân, Callum", "Ó Briain, Llewellyn, Fairbairn, Ashworth, Penhaligon, McAllister"),
    ],
    "APAC": [
        (
            "Ananya, Arjun, Kavya, Rohan, Meera, Vikram, Ishita, Nikhil, Farhan",
            "Iyer, Banerjee, Chatterjee, Deshpande, Kulkarni, Mehta, Siddiqui, Perera, Nair",
        ),
        ("Haruka, Kenji, Yuki, Daichi, Naoko, Shōta", "Fujimoto, Kobayashi, Matsumoto, Inoue, Ōtani, Hayashi"),
        ("Xinyi, Jian, Mei, Haoran, Yating, Zhiwei", "Zhang, Chen, Liu, Huang, Xu, Lin"),
        ("Seo-yeon, Min-jun, Ji-woo, Hyun-woo, Soo-ah", "Park, Choi, Jung, Yoon, Kang"),
        ("Linh, Minh, Thảo, Quốc, Ngọc", "Nguyễn, Trần, Phạm, Đặng, Võ"),
        ("Putri, Rizal, Siti, Arvind, Kanya", "Wijaya, Hakim, Rahman, Suppiah, Srisai"),
        ("Aroha, Wiremu, Isobel, Tāne, Mereana, Fergus", "Ngata, Parata, Hēnare, Drummond, Tautahi, Kilbride"),
    ],
}

#: Letters that do not come apart into a Latin letter and a mark, for email addresses.
_LATIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "þ": "th", "æ": "ae", "ı": "i", "ð": "d", "’": "", " ": "-"}
)

#: Functional area → title of a team's manager, titles within the team.
TITLES = {
    "Sales": (
        "Regional Sales Manager",
        ["Account Executive", "Senior Account Executive", "Key Account Manager", "Sales Development Representative"],
    ),
    "Solutions Engineering": (
        "Solutions Engineering Manager",
        ["Solutions Engineer", "Senior Solutions Engineer", "Solutions Architect"],
    ),
    "Customer Success": (
        "Customer Success Team Lead",
        ["Customer Success Manager", "Senior Customer Success Manager", "Onboarding Consultant", "Renewals Manager"],
    ),
    "Channel and Alliances": (
        "Partner Sales Manager",
        ["Partner Manager", "Alliance Manager", "Partner Development Representative"],
    ),
}

#: The Vice Presidents' organisations: functional area, region (None: all over the world).
DIVISIONS = [
    ("Sales", "North America"),
    ("Sales", "Latin America"),
    ("Sales", "EMEA"),
    ("Sales", "APAC"),
    ("Solutions Engineering", None),
    ("Customer Success", None),
    ("Channel and Alliances", None),
]
TEAMS_PER_DIVISION = 6


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A person to be; `key` is the left part of the email address, `boss` the key of whom they report to."""

    key: str
    first_name: str
    last_name: str
    boss: str | None
    level: int
    title: str
    functional_area: str
    region: str


class Names:
    """Hands out full names of a region, each one once, in an order that is always the same."""

    def __init__(self, rng: random.Random, *, taken: set[str]) -> None:
        self._left = {region: _pairs(lists) for region, lists in NAMES.items()}
        for pairs in self._left.values():
            rng.shuffle(pairs)
        self._taken = taken

    def take(self, region: str) -> tuple[str, str, str]:
        """First name, last name and the key that they make."""
        first, last = self._left[region].pop()
        key = key_of(first, last)
        if key in self._taken:
            return self.take(region)
        self._taken.add(key)
        return first, last, key


def _pairs(lists: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(first, last) for firsts, lasts in lists for first in firsts.split(", ") for last in lasts.split(", ")]


def key_of(first: str, last: str) -> str:
    """`Þóra van den Heuvel` → `thora.van-den-heuvel`."""
    apart = unicodedata.normalize("NFKD", f"{first}.{last}".lower().translate(_LATIN))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


#: The people of Meridian who are somebody in particular: logins, admins, and names in other scripts.
CHIEF = Draft(
    key="margit.sandoval",
    first_name="Margit",
    last_name="Sandoval",
    boss=None,
    level=1,
    title="Chief Revenue Officer",
    functional_area="Executive",
    region="North America",
)


def _named(key: str, name: tuple[str, str], boss: str, level: int, title: str, area: str, region: str) -> Draft:
    return Draft(
        key=key,
        first_name=name[0],
        last_name=name[1],
        boss=boss,
        level=level,
        title=title,
        functional_area=area,
        region=region,
    )


MAX = _named("max", ("Max", "Okafor"), CHIEF.key, 2, "Vice President, Sales, EMEA", "Sales", "EMEA")
LENA_BOSS = _named("ingrid.halvorsen", ("Ingrid", "Halvorsen"), "max", 3, "Regional Sales Manager", "Sales", "EMEA")
ENABLEMENT = [
    _named(
        "ada", ("Ada", "Ekström"), CHIEF.key, 2, "Director of Sales Enablement", "Sales Enablement", "North America"
    ),
    _named(
        "priya.raghunathan",
        ("Priya", "Raghunathan"),
        "ada",
        3,
        "Enablement Program Manager",
        "Sales Enablement",
        "APAC",
    ),
    _named("tomas.hruby", ("Tomáš", "Hrubý"), "ada", 3, "Revenue Reporting Analyst", "Sales Enablement", "EMEA"),
    _named("gwendolyn.pike", ("Gwendolyn", "Pike"), "ada", 3, "Sales Coach", "Sales Enablement", "North America"),
    _named("misaki.tanaka", ("美咲", "田中"), "ada", 3, "Sales Coach", "Sales Enablement", "APAC"),
    _named("noa.levi", ("נועה", "לוי"), "ada", 3, "Learning Content Designer", "Sales Enablement", "EMEA"),
    _named("olha.shevchuk", ("Ольга", "Шевчук"), "ada", 3, "Enablement Specialist", "Sales Enablement", "EMEA"),
]
LENA = _named("lena", ("Lena", "Brandt"), LENA_BOSS.key, 4, "Account Executive", "Sales", "EMEA")


def meridian(rng: random.Random) -> list[Draft]:
    """About 400 people in four levels, everyone after whom they report to."""
    known = [CHIEF, MAX, LENA_BOSS, *ENABLEMENT, LENA]
    names = Names(rng, taken={draft.key for draft in known})
    drafts = [CHIEF, *ENABLEMENT]
    for area, region in DIVISIONS:
        drafts += _division(rng, names, area=area, region=region)
    return drafts


def _division(rng: random.Random, names: Names, *, area: str, region: str | None) -> Iterator[Draft]:
    is_max = (area, region) == (MAX.functional_area, MAX.region)
    title = f"Vice President, {area}, {region}" if region else f"Vice President, {area}"
    head = MAX if is_max else _draw(rng, names, CHIEF.key, 2, title, area, region)
    yield head
    manager_title, titles = TITLES[area]
    for number in range(TEAMS_PER_DIVISION):
        leads_lena = is_max and number == 0
        manager = LENA_BOSS if leads_lena else _draw(rng, names, head.key, 3, manager_title, area, region)
        yield manager
        if leads_lena:
            yield LENA
        for _ in range(rng.randint(7, 9)):
            yield _draw(rng, names, manager.key, 4, rng.choice(titles), area, region)


def _draw(rng: random.Random, names: Names, boss: str, level: int, title: str, area: str, region: str | None) -> Draft:
    home = region or rng.choice(list(NAMES))
    first, last, key = names.take(home)
    return _named(key, (first, last), boss, level, title, area, home)


#: The small companies: key, name, title, functional area. The first one is whom the others report to.
HARBOR = [
    ("sam", ("Sam", "Tuala"), "Head of Learning", "People"),
    ("aroha.whaanga", ("Aroha", "Whaanga"), "Sales Director", "Sales"),
    ("callum.strachan", ("Callum", "Strachan"), "Account Executive", "Sales"),
    ("mereana.pohatu", ("Mereana", "Pōhatu"), "Account Executive", "Sales"),
    ("devi.anand", ("Devi", "Anand"), "Solutions Engineer", "Sales"),
    ("jonty.ashcroft", ("Jonty", "Ashcroft"), "Customer Success Manager", "Customer Success"),
    ("sione.fifita", ("Sione", "Fifita"), "Account Executive", "Sales"),
    ("hinemoa.rangihuna", ("Hinemoa", "Rangihuna"), "Sales Development Representative", "Sales"),
    ("lachlan.muir", ("Lachlan", "Muir"), "Partner Manager", "Sales"),
    ("bronwyn.tesfaye", ("Bronwyn", "Tesfaye"), "Customer Success Manager", "Customer Success"),
    ("kiri.te-hau", ("Kiri", "Te Hau"), "Account Executive", "Sales"),
]
SOLO = [
    ("cora", ("Cora", "Lindt"), "Owner", "Studio"),
    ("fritzi.olbrich", ("Fritzi", "Olbrich"), "Designer", "Studio"),
    ("emeka.brauer", ("Emeka", "Brauer"), "Producer", "Studio"),
    ("yara.stein", ("Yara", "Stein"), "Illustrator", "Studio"),
]


def small(people: list[tuple[str, tuple[str, str], str, str]], *, region: str) -> list[Draft]:
    head = people[0][0]
    return [
        Draft(
            key=key,
            first_name=first,
            last_name=last,
            boss=None if key == head else head,
            level=1 if key == head else 2,
            title=title,
            functional_area=area,
            region=region,
        )
        for key, (first, last), title, area in people
    ]
