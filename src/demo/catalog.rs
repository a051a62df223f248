//! What the invented vendor Varnholt sells: products, workloads, and the exams about them.

use kernel::Day;

use super::calendar::Span;
use super::sheet::{Cell, Folder, Layout};

/// A product.
#[derive(Debug)]
pub(super) struct Product {
    pub(super) id: &'static str,
    name: &'static str,
    /// Places of its workloads in [`WORKLOADS`].
    pub(super) workloads: &'static [usize],
    /// How many of a hundred customers have it.
    pub(super) reach: f64,
    /// US dollars a seat (or an instance) and month where it is bought as a whole.
    price: f64,
    /// It runs things instead of being used by people.
    pub(super) runs_instances: bool,
}

/// A workload of a product.
#[derive(Debug)]
pub(super) struct Workload {
    pub(super) id: &'static str,
    product: usize,
    name: &'static str,
    /// How many of a hundred customers of the product have it.
    pub(super) reach: f64,
    price: f64,
}

/// What a fact is about: a workload, or a product as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offering {
    pub(super) product: usize,
    pub(super) workload: Option<usize>,
}

impl Offering {
    pub(super) fn product_id(self) -> &'static str {
        PRODUCTS[self.product].id
    }

    pub(super) fn workload_id(self) -> Option<&'static str> {
        self.workload.map(|workload| WORKLOADS[workload].id)
    }

    pub(super) fn price(self) -> f64 {
        self.workload
            .map_or(PRODUCTS[self.product].price, |workload| {
                WORKLOADS[workload].price
            })
    }

    pub(super) fn runs_instances(self) -> bool {
        PRODUCTS[self.product].runs_instances
    }
}

const fn product(
    id: &'static str,
    name: &'static str,
    workloads: &'static [usize],
    reach: f64,
    price: f64,
    runs_instances: bool,
) -> Product {
    Product {
        id,
        name,
        workloads,
        reach,
        price,
        runs_instances,
    }
}

const fn workload(
    id: &'static str,
    product: usize,
    name: &'static str,
    reach: f64,
    price: f64,
) -> Workload {
    Workload {
        id,
        product,
        name,
        reach,
        price,
    }
}

pub(super) const PRODUCTS: [Product; 4] = [
    product("studio", "Varnholt Studio", &[0, 1, 2], 0.78, 21.0, false),
    product("grid", "Varnholt Grid", &[3, 4, 5], 0.42, 160.0, true),
    product("counter", "Varnholt Counter", &[6, 7], 0.27, 46.0, false),
    product("guard", "Varnholt Guard", &[8, 9], 0.33, 10.0, false),
];

pub(super) const WORKLOADS: [Workload; 10] = [
    workload("studio-boards", 0, "Boards", 0.52, 9.0),
    workload("studio-notes", 0, "Notes", 0.4, 6.5),
    workload("studio-calls", 0, "Calls", 0.34, 12.0),
    workload("grid-containers", 1, "Containers", 0.58, 140.0),
    workload("grid-storage", 1, "Storage", 0.5, 70.0),
    workload("grid-streams", 1, "Streams", 0.28, 210.0),
    workload("counter-orders", 2, "Orders", 0.7, 24.0),
    workload("counter-stock", 2, "Stock", 0.5, 29.0),
    workload("guard-identity", 3, "Identity", 0.66, 5.0),
    workload("guard-devices", 3, "Devices", 0.5, 7.5),
];

/// An exam, and the workloads that it counts for.
#[derive(Debug)]
pub(super) struct Exam {
    pub(super) id: &'static str,
    workloads: &'static [usize],
    /// How far into the span it stops counting for its first workload, where it does.
    retires_at: Option<f64>,
    /// Its successors leave it behind: for all of its workloads at once.
    retires_wholly: bool,
}

const fn exam(id: &'static str, workloads: &'static [usize]) -> Exam {
    Exam {
        id,
        workloads,
        retires_at: None,
        retires_wholly: false,
    }
}

const fn retired(id: &'static str, workloads: &'static [usize], at: f64, wholly: bool) -> Exam {
    Exam {
        id,
        workloads,
        retires_at: Some(at),
        retires_wholly: wholly,
    }
}

pub(super) const EXAMS: [Exam; 18] = [
    exam("VX-110", &[0, 1]),
    exam("VX-115", &[0]),
    exam("VX-120", &[2]),
    retired("VX-105", &[0, 1, 2], 0.62, true),
    exam("VX-210", &[3, 4, 5]),
    exam("VX-220", &[3]),
    exam("VX-230", &[4, 5]),
    exam("VX-240", &[5]),
    retired("VX-205", &[3, 4], 0.4, false),
    exam("VX-310", &[6]),
    exam("VX-320", &[7]),
    exam("VX-330", &[6, 7]),
    retired("VX-305", &[6], 0.8, true),
    exam("VX-410", &[8]),
    exam("VX-420", &[9]),
    exam("VX-430", &[8, 9]),
    exam("VX-440", &[8, 2]),
    exam("VX-500", &[0, 3, 8]),
];

impl Exam {
    /// The product that most of it is about.
    pub(super) fn product(&self) -> usize {
        WORKLOADS[self.workloads[0]].product
    }
}

const PRODUCTS_LAYOUT: Layout = Layout {
    dataset: "products",
    endings: &["csv"],
    columns: &["product_id", "name"],
};
const WORKLOADS_LAYOUT: Layout = Layout {
    dataset: "workloads",
    endings: &["csv"],
    columns: &["workload_id", "product_id", "name"],
};
const EXAMS_LAYOUT: Layout = Layout {
    dataset: "exams",
    endings: &["csv"],
    columns: &["exam_id", "workload_id", "counts_until"],
};

/// Writes `products` and `workloads`.
pub(super) fn write_offerings(folder: &mut Folder) -> anyhow::Result<()> {
    folder.one(PRODUCTS_LAYOUT, &PRODUCTS, |sheet, product| {
        sheet.row(&[Cell::Text(product.id), Cell::Text(product.name)])
    })?;
    folder.one(WORKLOADS_LAYOUT, &WORKLOADS, |sheet, workload| {
        sheet.row(&[
            Cell::Text(workload.id),
            Cell::Text(PRODUCTS[workload.product].id),
            Cell::Text(workload.name),
        ])
    })
}

/// Writes `exams`.
pub(super) fn write_exams(folder: &mut Folder, span: Span) -> anyhow::Result<()> {
    let rows: Vec<(&str, &str, Option<Day>)> = EXAMS
        .iter()
        .flat_map(|exam| {
            exam.workloads
                .iter()
                .enumerate()
                .map(move |(place, workload)| {
                    let retires_at = exam
                        .retires_at
                        .filter(|_| place == 0 || exam.retires_wholly);
                    (
                        exam.id,
                        WORKLOADS[*workload].id,
                        retires_at.map(|part| span.at(part)),
                    )
                })
        })
        .collect();
    folder.one(EXAMS_LAYOUT, &rows, |sheet, row| {
        sheet.row(&[Cell::Text(row.0), Cell::Text(row.1), Cell::day(row.2)])
    })
}
