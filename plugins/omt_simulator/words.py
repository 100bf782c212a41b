"""The simulator's own word lists: international on purpose, with names that break careless programs."""

from __future__ import annotations

FIRST_NAMES = (
    ("Åse", "ase"),
    ("Bjørn", "bjorn"),
    ("Cecilie", "cecilie"),
    ("Dag", "dag"),
    ("Eirik", "eirik"),
    ("Frøydis", "froydis"),
    ("Göran", "goran"),
    ("Håkon", "hakon"),
    ("Ingrid", "ingrid"),
    ("Jørgen", "jorgen"),
    ("Käthe", "kathe"),
    ("Lovísa", "lovisa"),
    ("Mette", "mette"),
    ("Niamh", "niamh"),
    ("Øystein", "oystein"),
    ("Päivi", "paivi"),
    ("Renée", "renee"),
    ("Søren", "soren"),
    ("Þórunn", "thorunn"),
    ("Ülle", "ulle"),
    ("Vigdis", "vigdis"),
    ("Wiebke", "wiebke"),
    ("Yngve", "yngve"),
    ("Zoë", "zoe"),
    ("Ελένη", "eleni"),
    ("Νίκος", "nikos"),
    ("Олена", "olena"),
    ("Сергій", "serhii"),
    ("美咲", "misaki"),
    ("伟", "wei"),
)
LAST_NAMES = (
    ("Aalto", "aalto"),
    ("Bårdsen", "bardsen"),
    ("Christensen", "christensen"),
    ("Dahl", "dahl"),
    ("Engström", "engstrom"),
    ("Fløysvik", "floysvik"),
    ("Grønvold", "gronvold"),
    ("Hämäläinen", "hamalainen"),
    ("Iversen", "iversen"),
    ("Jönsson", "jonsson"),
    ("Kristjánsdóttir", "kristjansdottir"),
    ("Lindqvist", "lindqvist"),
    ("Müller-Lüdenscheidt", "mueller-luedenscheidt"),
    ("Nygård", "nygard"),
    ("O'Brien", "obrien"),
    ("Pålsson", "palsson"),
    ("Rød", "rod"),
    ("Sæther", "saether"),
    ("Tveit", "tveit"),
    ("Vågen", "vagen"),
    ("Wójcik", "wojcik"),
    ("Ødegård", "odegard"),
    ("Παπαδόπουλος", "papadopoulos"),
    ("Шевченко", "shevchenko"),
    ("佐藤", "sato"),
    ("王", "wang"),
    ("D'Angelo", "dangelo"),
    ("de la Peña", "delapena"),
    ("Đorđević", "dordevic"),
    ("van 't Hoff", "vanthoff"),
)
HOSTILE_LAST_NAMES = (
    ("<script>alert(1)</script>", "script"),
    ("=cmd|' /C calc'!A0", "cmd"),
    ("Rydning 🚀👩‍💻", "rydning"),
    ('"Quote" & Co; DROP TABLE person;--', "quote"),
    ("+47-1", "plus"),
    ("{{7*7}}${7*7}", "curly"),
)
"""Legal in every name field: a name is text, and whoever shows or exports it has to escape it."""

OWN_COMPANIES = (
    ("Nordlys Maritim AS", "nordlys.example.com"),
    ("Nordlys Sverige AB", "nordlys-sverige.example.com"),
    ("Nordlys Deutschland GmbH & Co. KG", "nordlys-deutschland.example.com"),
)
COMPANY_NAMES = (
    "Fjordkraft Mekaniske",
    "Østlandet Bygg",
    "Åkerlund & Søn",
    "Hafnarfjörður Seafood",
    "Suomen Höyry",
    "Grünwald Optik",
    "Łódź Tekstylia",
    "Café L'Été",
    "Αιγαίο Ναυτιλία",
    "Київ Логістика",
    "東京精密",
    "上海贸易",
    "O'Malley & Daughters",
    "<b>Bold</b> Brands",
    "=1+1 Consulting",
    "@import Trading",
    "Smörgås 🥪 Catering",
    '"Quoted" Industries',
    "100% Vann",
    "Tab\u00a0Works",
    "Løvenskiold; Partnere",
    "Ærø Rederi",
)
COMPANY_ENDINGS = ("AS", "AB", "ApS", "GmbH", "Oy", "Ltd", "S.A.", "B.V.", "ehf.")
COUNTRIES = (
    ("Norge", "Norway", "NO", 578),
    ("Sverige", "Sweden", "SE", 752),
    ("Danmark", "Denmark", "DK", 208),
    ("Deutschland", "Germany", "DE", 276),
    ("Nederland", "Netherlands", "NL", 528),
    ("Suomi", "Finland", "FI", 246),
)
POSITIONS = (
    "Daglig leder",
    "Salgssjef",
    "Kundeansvarlig",
    "Kundtjänst",
    "Geschäftsführer",
    "Marketing",
    "Support",
    "=SUM(A1)",
)
TITLES = ("Key Account Manager", "Sjefsingeniør", "Käyttöpäällikkö", 'Ansvarlig for "alt"', "-", "")
GROUPS = ("Sales", "Service", "Marketing", "Ledelse & økonomi")
BUSINESSES = ("Shipping", "Bygg og anlegg", "IT", "Handel")
CATEGORIES = ("Kunde A", "Kunde B", "Leverandør", "Lead")
TASKS = ("Brev", "E-post ut", "Tilbud", "Møtereferat", "Rapport")
PRIORITIES = ("Lav", "Normal", "Høy")
APPLICATIONS = (
    ("Microsoft Word", "winword.exe"),
    ("Microsoft Excel", "excel.exe"),
    ("Adobe Reader", "acrord32.exe"),
    ("Mail", "outlook.exe"),
)
SUBJECTS = (
    "Tilbud",
    "Offert",
    "Møtereferat styret",
    "Contract",
    "Rückfrage Lieferung",
    "Årsregnskap",
    "Preisliste",
    "Avtale om drift",
    "Kvittering",
    "O'Brien reply",
    "Zeichnung Höhe",
    "Notat",
    "Rapport – utkast",
    "Följesedel",
    "Übersicht",
    "Δελτίο",
    "Договір",
    "見積書",
    "Plan #1 (final)",
    "50% rabatt & mer",
    "Svar, spørsmål; liste",
    "Oppfølging av kundemøte med styret",
)
LONG_SUBJECT = "Referat fra ekstraordinært møte i den internordiske arbeidsgruppen for felles leveringsbetingelser "
FILE_TYPES = (("docx", 30), ("doc", 15), ("pdf", 25), ("xlsx", 12), ("msg", 8), ("eml", 5), ("txt", 3), ("DOCX", 2))
"""Extensions and how often each occurs."""
