//! The tree a program has that never sends a location: the five UN M49 regions with the ISO 3166-1 alpha-2 countries below.

use std::collections::BTreeMap;

/// Every region and country with its parent; none lies directly under the world.
pub fn built_in_tree() -> BTreeMap<&'static str, Option<&'static str>> {
    let mut tree = BTreeMap::from([("AQ", None)]);
    for (region, countries) in REGIONS {
        tree.insert(region, None);
        tree.extend(
            countries
                .split_whitespace()
                .map(|country| (country, Some(region))),
        );
    }
    tree
}

const REGIONS: [(&str, &str); 5] = [
    (
        "africa",
        "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW IO KE KM LR LS LY MA MG ML MR MU MW MZ NA \
         NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TF TG TN TZ UG YT ZA ZM ZW",
    ),
    (
        "americas",
        "AG AI AR AW BB BL BM BO BQ BR BS BV BZ CA CL CO CR CU CW DM DO EC FK GD GF GL GP GS GT GY HN HT JM KN KY LC MF \
         MQ MS MX NI PA PE PM PR PY SR SV SX TC TT US UY VC VE VG VI",
    ),
    (
        "asia",
        "AE AF AM AZ BD BH BN BT CN CY GE HK ID IL IN IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH PK \
         PS QA SA SG SY TH TJ TL TM TR TW UZ VN YE",
    ),
    (
        "europe",
        "AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT \
         NL NO PL PT RO RS RU SE SI SJ SK SM UA VA",
    ),
    (
        "oceania",
        "AS AU CC CK CX FJ FM GU HM KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_country_stands_once() {
        let tree = built_in_tree();
        let listed: usize = REGIONS
            .iter()
            .map(|(_, countries)| countries.split_whitespace().count())
            .sum();
        // 249 codes, Antarctica among them, and the five regions.
        assert_eq!((listed + 1, tree.len()), (249, 254));
        assert_eq!(tree["TW"], Some("asia"));
        assert_eq!(tree["FR"], Some("europe"));
        assert_eq!([tree["AQ"], tree["asia"]], [None, None]);
    }
}
