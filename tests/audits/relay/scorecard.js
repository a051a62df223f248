// One scorecard, read again by its global id.
import { graphql } from "relay-runtime";

graphql`
  fragment scorecard_card on Scorecard @refetchable(queryName: "scorecardQuery") {
    partner {
      partnerId
      name
    }
    slice {
      product {
        name
      }
    }
    groups {
      measures {
        metric
        value
        band
        rank
        withheld
      }
    }
  }
`;
