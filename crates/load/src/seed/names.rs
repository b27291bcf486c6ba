//! What people are called: given and family names of many scripts, each with its form in Latin letters without
//! marks, which is what logins are made of.

/// A name as it is written, and as it is typed on any keyboard.
pub(super) type Name = (&'static str, &'static str);

/// Names that are written alike.
#[derive(Debug)]
pub(super) struct Script {
    /// Out of a hundred people, so many are called like this.
    pub(super) share: u32,
    /// How a full name is put together.
    pub(super) order: Order,
    /// Given names.
    pub(super) given: &'static [Name],
    /// Family names.
    pub(super) family: &'static [Name],
}

/// How a full name is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Given name, a space, family name.
    GivenFirst,
    /// Family name and given name in one word.
    FamilyFirst,
}

/// Every script; the shares make a hundred.
pub(super) const SCRIPTS: &[Script] = &[
    PREFIXED, LATIN, CYRILLIC, GREEK, ARABIC, HEBREW, HAN, DEVANAGARI, THAI,
];

/// Whose logins begin with [`super::PREFIX`], so that a search has something to find.
const PREFIXED: Script = Script {
    share: 10,
    order: Order::GivenFirst,
    given: &[
        ("María", "maria"),
        ("Márton", "marton"),
        ("Mårten", "marten"),
        ("Marek", "marek"),
        ("Mariëlle", "marielle"),
        ("Martiño", "martino"),
        ("Marija", "marija"),
        ("Mariusz", "mariusz"),
    ],
    family: LATIN_FAMILIES,
};

const LATIN: Script = Script {
    share: 46,
    order: Order::GivenFirst,
    given: &[
        ("Ámira", "amira"),
        ("Björn", "bjorn"),
        ("Chloé", "chloe"),
        ("Đorđe", "dorde"),
        ("Élodie", "elodie"),
        ("Françoise", "francoise"),
        ("Günther", "gunther"),
        ("Håkon", "hakon"),
        ("İpek", "ipek"),
        ("Jiří", "jiri"),
        ("Kęstutis", "kestutis"),
        ("Łukasz", "lukasz"),
        ("Núria", "nuria"),
        ("Óscar", "oscar"),
        ("Pål", "pal"),
        ("Ruairí", "ruairi"),
        ("Søren", "soren"),
        ("Thảo", "thao"),
        ("Ümit", "umit"),
        ("Vít", "vit"),
        ("Wojciech", "wojciech"),
        ("Žofie", "zofie"),
        ("Anna", "anna"),
        ("Ben", "ben"),
        ("Clara", "clara"),
        ("David", "david"),
        ("Emma", "emma"),
        ("Grace", "grace"),
        ("Hugo", "hugo"),
        ("Julia", "julia"),
        ("Laura", "laura"),
        ("Peter", "peter"),
    ],
    family: LATIN_FAMILIES,
};

const LATIN_FAMILIES: &[Name] = &[
    ("Åström", "astrom"),
    ("Bąk", "bak"),
    ("Çelik", "celik"),
    ("Dvořák", "dvorak"),
    ("Fernández", "fernandez"),
    ("Gonçalves", "goncalves"),
    ("Hämäläinen", "hamalainen"),
    ("Ibáñez", "ibanez"),
    ("Jørgensen", "jorgensen"),
    ("Kovačević", "kovacevic"),
    ("Lefèvre", "lefevre"),
    ("Müller", "muller"),
    ("Nguyễn", "nguyen"),
    ("O’Brien", "obrien"),
    ("Petrauskaitė", "petrauskaite"),
    ("Ruzsa-Szőke", "ruzsa-szoke"),
    ("Șerban", "serban"),
    ("Tamm", "tamm"),
    ("Becker", "becker"),
    ("Clark", "clark"),
    ("Evans", "evans"),
    ("Hansen", "hansen"),
    ("Jones", "jones"),
    ("Novak", "novak"),
    ("Rossi", "rossi"),
    ("Smith", "smith"),
    ("van ’t Hoff", "vanthoff"),
    ("Weiß", "weiss"),
    ("Yıldız", "yildiz"),
    ("Żuławski", "zulawski"),
];

const CYRILLIC: Script = Script {
    share: 9,
    order: Order::GivenFirst,
    given: &[
        ("Анастасія", "anastasiia"),
        ("Борис", "boris"),
        ("Галина", "galina"),
        ("Дмитрий", "dmitrii"),
        ("Ђорђе", "djordje"),
        ("Йоана", "yoana"),
        ("Љубица", "ljubica"),
        ("Олексій", "oleksii"),
    ],
    family: &[
        ("Васильєва", "vasylieva"),
        ("Димитров", "dimitrov"),
        ("Ковальчук", "kovalchuk"),
        ("Петровић", "petrovic"),
        ("Соловьёв", "solovev"),
        ("Щербакова", "shcherbakova"),
    ],
};

const GREEK: Script = Script {
    share: 6,
    order: Order::GivenFirst,
    given: &[
        ("Αθηνά", "athina"),
        ("Γιώργος", "giorgos"),
        ("Ελένη", "eleni"),
        ("Νίκος", "nikos"),
        ("Χριστίνα", "christina"),
    ],
    family: &[
        ("Αγγελόπουλος", "angelopoulos"),
        ("Καραγιάννης", "karagiannis"),
        ("Οικονόμου", "oikonomou"),
        ("Παπαδοπούλου", "papadopoulou"),
        ("Ψαρράς", "psarras"),
    ],
};

const ARABIC: Script = Script {
    share: 7,
    order: Order::GivenFirst,
    given: &[
        ("أميرة", "ameera"),
        ("خالد", "khalid"),
        ("زينب", "zaynab"),
        ("عمر", "umar"),
        ("فاطمة", "fatima"),
        ("یاسمین", "yasmin"),
    ],
    family: &[
        ("الحداد", "alhaddad"),
        ("القحطاني", "alqahtani"),
        ("المصري", "almasri"),
        ("حسینی", "hosseini"),
        ("منصور", "mansour"),
    ],
};

const HEBREW: Script = Script {
    share: 4,
    order: Order::GivenFirst,
    given: &[
        ("אבישי", "avishai"),
        ("דבורה", "dvora"),
        ("נועה", "noa"),
        ("שלמה", "shlomo"),
    ],
    family: &[
        ("בן־דוד", "bendavid"),
        ("כהן", "cohen"),
        ("מזרחי", "mizrahi"),
        ("פרידמן", "friedman"),
    ],
};

const HAN: Script = Script {
    share: 8,
    order: Order::FamilyFirst,
    given: &[
        ("伟", "wei"),
        ("秀英", "xiuying"),
        ("美咲", "misaki"),
        ("翔太", "shota"),
        ("雅婷", "yating"),
        ("志強", "zhiqiang"),
    ],
    family: &[
        ("王", "wang"),
        ("歐陽", "ouyang"),
        ("佐藤", "sato"),
        ("陈", "chen"),
        ("渡邊", "watanabe"),
        ("林", "lin"),
    ],
};

const DEVANAGARI: Script = Script {
    share: 6,
    order: Order::GivenFirst,
    given: &[
        ("अनन्या", "ananya"),
        ("कृष्ण", "krishna"),
        ("प्रिया", "priya"),
        ("विक्रम", "vikram"),
        ("श्रुति", "shruti"),
    ],
    family: &[
        ("कुलकर्णी", "kulkarni"),
        ("गुप्ता", "gupta"),
        ("त्रिपाठी", "tripathi"),
        ("शर्मा", "sharma"),
        ("सिंह", "singh"),
    ],
};

const THAI: Script = Script {
    share: 4,
    order: Order::GivenFirst,
    given: &[
        ("กนกวรรณ", "kanokwan"),
        ("ณัฐพล", "natthaphon"),
        ("ปิยะ", "piya"),
        ("สุภาพร", "suphaphon"),
    ],
    family: &[
        ("จันทร์เพ็ญ", "chanphen"),
        ("รัตนกุล", "rattanakun"),
        ("วงศ์สวัสดิ์", "wongsawat"),
        ("ศรีสุข", "srisuk"),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_make_a_hundred_and_typed_forms_are_plain() {
        assert_eq!(
            SCRIPTS.iter().map(|script| script.share).sum::<u32>(),
            100,
            "shares"
        );
        let named = SCRIPTS
            .iter()
            .flat_map(|script| script.given.iter().chain(script.family));
        for (written, typed) in named {
            let plain = |c: char| c.is_ascii_lowercase() || c == '-';
            assert!(!typed.is_empty() && typed.chars().all(plain), "{written}");
        }
    }

    #[test]
    fn prefixed_names_begin_with_the_prefix() {
        for (written, typed) in PREFIXED.given {
            assert!(typed.starts_with(super::super::PREFIX), "{written}");
        }
    }
}
