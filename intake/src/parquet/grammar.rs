//! The fields of Parquet's footer and page headers and their types, from the format's parquet.thrift.

use super::thrift::At;

/// What a known field holds. Thrift writes integers of all widths alike.
pub(super) enum Kind {
    Bool,
    Byte,
    Int,
    Double,
    Binary,
    Struct(Fields),
    List(&'static Kind),
}

/// The known fields of a struct by number; others may stand there and are passed over.
pub(super) type Fields = &'static [(i16, Kind)];

/// A struct of which no field is known.
pub(super) const EMPTY: Fields = &[];
const INT: Kind = Kind::Int;

/// `FileMetaData`, the footer.
pub(super) const FILE: Fields = &[
    (1, Kind::Int),
    (2, Kind::List(&Kind::Struct(SCHEMA_ELEMENT))),
    (3, Kind::Int),
    (4, Kind::List(&Kind::Struct(ROW_GROUP))),
    (5, Kind::List(&Kind::Struct(KEY_VALUE))),
    (6, Kind::Binary),
    (
        7,
        Kind::List(&Kind::Struct(&[
            (1, Kind::Struct(EMPTY)),
            (2, Kind::Struct(EMPTY)),
        ])),
    ),
];
/// Where [`FILE`] has its list of schema elements.
pub(super) const SCHEMA: At = At {
    depth: 0,
    parent: 0,
    field: 2,
};

const SCHEMA_ELEMENT: Fields = &[
    (1, Kind::Int),
    (2, Kind::Int),
    (3, Kind::Int),
    (4, Kind::Binary),
    (5, Kind::Int),
    (6, Kind::Int),
    (7, Kind::Int),
    (8, Kind::Int),
    (9, Kind::Int),
    (10, Kind::Struct(LOGICAL_TYPE)),
];
const LOGICAL_TYPE: Fields = &[
    (1, Kind::Struct(EMPTY)),
    (2, Kind::Struct(EMPTY)),
    (3, Kind::Struct(EMPTY)),
    (4, Kind::Struct(EMPTY)),
    (5, Kind::Struct(&[(1, Kind::Int), (2, Kind::Int)])),
    (6, Kind::Struct(EMPTY)),
    (7, Kind::Struct(TIME)),
    (8, Kind::Struct(TIME)),
    (10, Kind::Struct(&[(1, Kind::Byte), (2, Kind::Bool)])),
    (11, Kind::Struct(EMPTY)),
    (12, Kind::Struct(EMPTY)),
    (13, Kind::Struct(EMPTY)),
    (14, Kind::Struct(EMPTY)),
    (15, Kind::Struct(EMPTY)),
    (16, Kind::Struct(&[(1, Kind::Byte)])),
    (17, Kind::Struct(&[(1, Kind::Binary)])),
    (18, Kind::Struct(&[(1, Kind::Binary), (2, Kind::Int)])),
];
const TIME: Fields = &[
    (1, Kind::Bool),
    (
        2,
        Kind::Struct(&[
            (1, Kind::Struct(EMPTY)),
            (2, Kind::Struct(EMPTY)),
            (3, Kind::Struct(EMPTY)),
        ]),
    ),
];
const ROW_GROUP: Fields = &[
    (1, Kind::List(&Kind::Struct(COLUMN_CHUNK))),
    (2, Kind::Int),
    (3, Kind::Int),
    (
        4,
        Kind::List(&Kind::Struct(&[
            (1, Kind::Int),
            (2, Kind::Bool),
            (3, Kind::Bool),
        ])),
    ),
    (5, Kind::Int),
    (6, Kind::Int),
    (7, Kind::Int),
];
const COLUMN_CHUNK: Fields = &[
    (1, Kind::Binary),
    (2, Kind::Int),
    (3, Kind::Struct(COLUMN_METADATA)),
    (4, Kind::Int),
    (5, Kind::Int),
    (6, Kind::Int),
    (7, Kind::Int),
];
const COLUMN_METADATA: Fields = &[
    (1, Kind::Int),
    (2, Kind::List(&INT)),
    (3, Kind::List(&Kind::Binary)),
    (4, Kind::Int),
    (5, Kind::Int),
    (6, Kind::Int),
    (7, Kind::Int),
    (8, Kind::List(&Kind::Struct(KEY_VALUE))),
    (9, Kind::Int),
    (10, Kind::Int),
    (11, Kind::Int),
    (12, Kind::Struct(STATISTICS)),
    (
        13,
        Kind::List(&Kind::Struct(&[
            (1, Kind::Int),
            (2, Kind::Int),
            (3, Kind::Int),
        ])),
    ),
    (14, Kind::Int),
    (15, Kind::Int),
    (
        16,
        Kind::Struct(&[(1, Kind::Int), (2, Kind::List(&INT)), (3, Kind::List(&INT))]),
    ),
    (
        17,
        Kind::Struct(&[(1, Kind::Struct(BOX)), (2, Kind::List(&INT))]),
    ),
];
const BOX: Fields = &[
    (1, Kind::Double),
    (2, Kind::Double),
    (3, Kind::Double),
    (4, Kind::Double),
    (5, Kind::Double),
    (6, Kind::Double),
    (7, Kind::Double),
    (8, Kind::Double),
];
const KEY_VALUE: Fields = &[(1, Kind::Binary), (2, Kind::Binary)];
const STATISTICS: Fields = &[
    (1, Kind::Binary),
    (2, Kind::Binary),
    (3, Kind::Int),
    (4, Kind::Int),
    (5, Kind::Binary),
    (6, Kind::Binary),
    (7, Kind::Bool),
    (8, Kind::Bool),
];

/// `PageHeader`.
pub(super) const PAGE: Fields = &[
    (1, Kind::Int),
    (2, Kind::Int),
    (3, Kind::Int),
    (4, Kind::Int),
    (
        5,
        Kind::Struct(&[
            (1, Kind::Int),
            (2, Kind::Int),
            (3, Kind::Int),
            (4, Kind::Int),
            (5, Kind::Struct(STATISTICS)),
        ]),
    ),
    (6, Kind::Struct(EMPTY)),
    (
        7,
        Kind::Struct(&[(1, Kind::Int), (2, Kind::Int), (3, Kind::Bool)]),
    ),
    (
        8,
        Kind::Struct(&[
            (1, Kind::Int),
            (2, Kind::Int),
            (3, Kind::Int),
            (4, Kind::Int),
            (5, Kind::Int),
            (6, Kind::Int),
            (7, Kind::Bool),
            (8, Kind::Struct(STATISTICS)),
        ]),
    ),
];
