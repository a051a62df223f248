// A list that loads more at its end, and can be turned round.
import { graphql } from "relay-runtime";

graphql`
  query scorecardsQuery($product: String, $count: Int!) {
    ...scorecards_list @arguments(product: $product, count: $count)
  }
`;

graphql`
  fragment scorecards_list on Query
  @argumentDefinitions(product: { type: "String" }, count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" })
  @refetchable(queryName: "scorecardsPageQuery") {
    scorecards(
      slice: { product: $product }
      orderBy: [{ field: VALUE, metric: REVENUE, direction: DESC }]
      first: $count
      after: $cursor
    ) @connection(key: "scorecards_list_scorecards") {
      totalCount
      edges {
        node {
          ...scorecard_card
        }
      }
    }
  }
`;
