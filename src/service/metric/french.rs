//! The catalogue in French.

use kernel::{Group, Metric};

use super::{Texts, Unit};

const DOUZE_MOIS: &str = "Les douze mois qui se terminent à la date d’arrêté, bornes comprises.";

pub(super) fn texts(metric: Metric) -> Texts {
    use Metric::*;
    let (name, definition, formula, window) = match metric {
        Revenue => (
            "Chiffre d’affaires nouveau net",
            "Ce que les clients ont dépensé et qui compte comme nouveau, avoirs déduits, tous types de licence \
             confondus.",
            "Somme des montants qui comptent comme nouveaux, chacun converti au dernier cours connu à sa date et \
             arrondi au pair le plus proche à 4 décimales.",
            DOUZE_MOIS,
        ),
        NewCustomers => (
            "Clients ajoutés",
            "Clients qui détiennent des postes payants après n’en avoir eu aucun pendant un temps.",
            "Clients distincts dont le total courant de postes payants est d’au moins 1 à la fin d’un jour de la \
             période, et était de 0 ou moins à la fin de chacun des jours de carence qui le précèdent.",
            DOUZE_MOIS,
        ),
        NetPaidSeats => (
            "Ajouts nets de postes payants",
            "Postes payants gagnés par les clients, moins ceux qu’ils ont perdus.",
            "Postes ajoutés moins postes perdus des lignes payantes.",
            DOUZE_MOIS,
        ),
        CertifiedPeople => (
            "Personnes certifiées",
            "Personnes du partenaire ayant réussi au moins un examen qui compte pour l’offre ; le même nombre en \
             tout lieu.",
            "Personnes distinctes ayant une réussite qui compte à la date d’arrêté.",
            "Les réussites qui comptent à la date d’arrêté, quelle que soit leur date.",
        ),
        ProductionInstances => (
            "Instances de production disponibles",
            "Instances de production que les clients exploitent.",
            "La dernière observation de chaque client, produit et charge de travail, additionnées.",
            DOUZE_MOIS,
        ),
        MonthlyActiveUsers => (
            "Utilisateurs actifs mensuels",
            "Utilisateurs qui agissent intentionnellement, en chiffre mensuel.",
            "Utilisateurs distincts des douze mois ÷ 12.",
            DOUZE_MOIS,
        ),
        MauPerAssignedSeat => (
            "Utilisateurs actifs mensuels par poste attribué",
            "À quel point les postes attribués sont utilisés.",
            "Utilisateurs actifs mensuels ÷ postes attribués, ceux de la dernière observation de chaque abonnement \
             actif ou en délai de grâce. Aucune valeur là où aucun poste n’est attribué.",
            DOUZE_MOIS,
        ),
        NetPromoterScore => (
            "Taux de recommandation net",
            "À quel point les promoteurs l’emportent sur les détracteurs dans les enquêtes.",
            "(Notes de 9 et 10 − notes de 0 à 6) ÷ réponses. Aucune valeur là où personne n’a répondu.",
            DOUZE_MOIS,
        ),
    };
    Texts {
        name,
        definition,
        formula,
        window,
    }
}

/// A part of the scorecard.
pub(super) fn group(group: Group) -> &'static str {
    match group {
        Group::Performance => "Performance",
        Group::Capability => "Compétences",
        Group::CustomerSuccess => "Réussite des clients",
    }
}

/// What values count.
pub(super) fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Currency => "devise de référence",
        Unit::Customers => "clients",
        Unit::Seats => "postes",
        Unit::People => "personnes",
        Unit::Instances => "instances de production",
        Unit::Users => "utilisateurs",
        Unit::UsersPerSeat => "utilisateurs par poste",
        Unit::Score => "note de −1 à 1",
    }
}

/// What reaches a band: `distance` of the metric more, `least` where that is the least that may be missing.
pub(super) fn reaching(metric: Metric, distance: &str, band: u8, least: bool) -> String {
    use Metric::*;
    let is_one = distance == "1";
    let counted = match metric {
        Revenue => "de chiffre d’affaires nouveau net",
        NewCustomers if is_one => "nouveau client",
        NewCustomers => "nouveaux clients",
        NetPaidSeats if is_one => "poste payant net",
        NetPaidSeats => "postes payants nets",
        CertifiedPeople if is_one => "personne certifiée",
        CertifiedPeople => "personnes certifiées",
        ProductionInstances if is_one => "instance de production",
        ProductionInstances => "instances de production",
        MonthlyActiveUsers if is_one => "utilisateur actif mensuel",
        MonthlyActiveUsers => "utilisateurs actifs mensuels",
        MauPerAssignedSeat => "d’utilisateurs actifs mensuels par poste attribué",
        NetPromoterScore => "de taux de recommandation net",
    };
    let is_singular = is_one || matches!(metric, Revenue | MauPerAssignedSeat | NetPromoterScore);
    let least = if least { "Au moins " } else { "" };
    let reach = if is_singular { "fait" } else { "font" };
    let distance = distance.replace('.', ",");
    format!("{least}{distance} {counted} de plus {reach} atteindre la tranche {band}")
}
